"""The commands and options of the instrument, and the line that it prints for a wrong one."""

import argparse
from pathlib import Path

import instrument
from command_line import whole_number
from instrument.faults import TABLES
from instrument.servers import BY_DEFAULT, SETS, WAITING

MISUSED = 2


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message):
        self.exit(MISUSED, f"compare: {message} ({self.prog} --help explains)\n")


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = Parser(prog="python -m compare", description=instrument.__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def add(name: str, summary: str) -> Parser:
        return commands.add_parser(
            name, help=summary, description=summary[0].upper() + summary[1:], allow_abbrev=False
        )

    run = add("run", "measure servers one after the other, and print a table")
    predict = add("predict", "measure as run does, but ask for your predictions first")
    for command in (run, predict):
        add_servers(command)
        command.add_argument(
            "--set",
            choices=[each.name for each in SETS],
            help="measure all servers of one set, and save it under its name",
        )
        command.add_argument("--all", action="store_true", help=f"the same as --set {WAITING.name}")
        command.add_argument(
            "--list", action="store_true", help="list the servers and sets, and measure nothing"
        )
        add_users(command, None, f"default: {users_by_default()}")
        add_load(command)
        command.add_argument(
            "--seconds",
            type=whole_number(1, 3600),
            default=10,
            help="length of the steady part that is measured, after spawning (default: %(default)s)",
        )

    sweep = add("sweep", "double the users step by step, and draw throughput and latency")
    add_servers(sweep)
    add_users(sweep, 256, "in the last step, default: 256")
    add_load(sweep)

    timeline = add("timeline", "send requests at the same moment, and draw when each is answered")
    add_servers(timeline)
    add_users(timeline, 12, "each sends one request, default: 12", highest=100)
    add_load(timeline, workers=2)

    crowd = add(
        "crowd",
        "put load of 20, 200, 2000 and 4000 users on a server, and print what a request costs",
    )
    add_servers(crowd, ("uvicorn-worker",))
    add_users(crowd, 4000, "in the last step, default: 4000", lowest=20)
    add_workers(crowd)
    add_place(crowd)
    crowd.set_defaults(processes=1)

    spread = add(
        "spread",
        "put load of 20, 50 and 100 users on a server, and count each worker's connections",
    )
    add_servers(spread, ("flask-gthread",))
    add_users(spread, 100, "in the last step, default: 100", lowest=20)
    add_workers(spread)
    add_place(spread)
    spread.set_defaults(processes=1)

    mending = add(
        "mending",
        "put load on the shop of chapter 8, before its bug is mended and after, and draw both",
    )
    mending.add_argument(
        "--seconds",
        type=whole_number(1, 60),
        default=10,
        help="for how long requests are sent (default: %(default)s)",
    )
    add_place(mending)
    mending.set_defaults(processes=1, workers=1)

    lab = add("lab", "start two servers and Locust's page, to put load on them by hand")
    add_servers(lab)
    add_users(lab, 40, "of both servers together, as the page suggests, default: 40", lowest=2)
    lab.add_argument(
        "--spawn-rate",
        type=whole_number(1, 100),
        default=4,
        help="users started per second, as the page suggests (default: %(default)s)",
    )
    add_workers(lab)
    lab.add_argument(
        "--port",
        type=whole_number(1, 65_534),
        default=8000,
        help="port of the first server; the second server has the next one (default: %(default)s)",
    )
    lab.add_argument(
        "--web-port",
        type=whole_number(1, 65_535),
        default=8089,
        help="port of Locust's page (default: %(default)s)",
    )

    show = add("show", "print the table of saved data again, without measuring")
    show.add_argument(
        "file", type=Path, metavar="FILE", help="a JSON file that a measurement wrote"
    )

    redraw = add("draw", "draw the pictures of saved data again, without measuring")
    redraw.add_argument(
        "file", type=Path, metavar="FILE", help="a JSON file that a measurement wrote"
    )
    redraw.add_argument(
        "--output",
        type=Path,
        metavar="FOLDER",
        help="folder for the pictures (default: that of the file)",
    )

    faults = add("faults", "try what chapters 5 to 8 say of the servers, and print it as tables")
    faults.add_argument(
        "tables",
        nargs="*",
        metavar="TABLE",
        help=f"one or more of {', '.join(TABLES)} (default: all)",
    )
    faults.add_argument(
        "--write", action="store_true", help="write the tables to docs/ and into the chapters"
    )
    faults.add_argument(
        "--go-on", action="store_true", help="leave a cell that can't be tried as it was saved"
    )

    add("check", "say whether this machine is ready")
    return parser.parse_args(arguments)


def users_by_default() -> str:
    others = [
        f"{each.users} in the set {each.name}" for each in SETS if each.users != WAITING.users
    ]
    return "; ".join([str(WAITING.users), *others])


def add_servers(command: Parser, names: tuple[str, ...] = BY_DEFAULT) -> None:
    default = " and ".join(names)
    command.set_defaults(by_default=names)
    command.add_argument(
        "servers",
        nargs="*",
        metavar="SERVER",
        help=f"servers, in the order in which they run (default: {default})",
    )


def add_users(
    command: Parser, default: int | None, told: str, lowest: int = 1, highest: int = 10_000
) -> None:
    number = whole_number(lowest, highest)
    command.add_argument("--users", type=number, default=default, help=f"number of users ({told})")


def add_workers(command: Parser, workers: int = 4) -> None:
    command.add_argument(
        "--workers",
        type=whole_number(1, 64),
        default=workers,
        help="worker processes of each server (default: %(default)s)",
    )


def add_load(command: Parser, workers: int = 4) -> None:
    add_workers(command, workers)
    command.add_argument(
        "--processes",
        type=whole_number(1, 16),
        default=1,
        help="processes of Locust; use more for many users (default: %(default)s)",
    )
    add_place(command)


def add_place(command: Parser) -> None:
    command.add_argument(
        "--port", type=whole_number(1, 65_535), help="port of the servers (default: a free one)"
    )
    command.add_argument(
        "--output",
        type=Path,
        default=Path("results"),
        metavar="FOLDER",
        help="folder for the files (default: %(default)s/)",
    )
