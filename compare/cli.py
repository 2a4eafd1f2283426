"""The command line, and what each of its commands does."""

import argparse
import math
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from rich.console import Console

import compare
from compare import processes
from compare.check import is_ready
from compare.display import Display
from compare.experiment import Load, calibrate, measure, measure_steps, time_requests
from compare.figure import draw
from compare.measure import SHORTEST_STEADY_SECONDS
from compare.processes import Fault, Interrupted
from compare.report import (
    Comparison,
    Conditions,
    Data,
    Sweep,
    Timeline,
    from_json,
    sentences,
    steps_table,
    table,
    to_json,
    verdict,
)
from compare.servers import SERVERS, SETS, Server

BY_DEFAULT = ("sync", "uvicorn-worker")
COULD_NOT = 1
MISUSED = 2


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message):
        self.exit(MISUSED, f"compare: {message} ({self.prog} --help explains)\n")


def whole_number(lowest: int, highest: int) -> Callable[[str], int]:
    """Return a parser of whole numbers between two bounds, which are included."""

    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit() and lowest <= int(text[:9]) <= highest):
            raise argparse.ArgumentTypeError(
                f"{text!r} is not a whole number from {lowest} to {highest}"
            )
        return int(text)

    return parse


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = Parser(prog="python -m compare", description=compare.__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(dest="command_name", metavar="COMMAND", required=True)

    def add(name: str, function: Callable[[argparse.Namespace], int], summary: str) -> Parser:
        command = commands.add_parser(
            name, help=summary, description=summary[0].upper() + summary[1:], allow_abbrev=False
        )
        command.set_defaults(function=function)
        return command

    run = add("run", run_comparison, "measure servers one after the other, and print a table")
    predict = add("predict", run_prediction, "the same, but ask for your prediction first")
    for command in (run, predict):
        add_servers(command)
        command.add_argument("--set", choices=[each.name for each in SETS], help="all of one set")
        command.add_argument("--all", action="store_true", help="all of the set waiting")
        command.add_argument("--list", action="store_true", help="list servers and sets, and stop")
        add_users(command, None, "default: 20; in the set blocking 40")
        add_load(command)
        command.add_argument(
            "--seconds",
            type=whole_number(1, 3600),
            default=15,
            help="length of the steady part that is measured, after spawning (default: 15)",
        )

    sweep = add("sweep", run_sweep, "double the users step by step, and draw the knee")
    add_servers(sweep)
    add_users(sweep, 256, "in the last step; default: 256")
    add_load(sweep)

    timeline = add("timeline", run_timeline, "send requests at the same moment, and draw each")
    add_servers(timeline)
    add_users(timeline, 12, "requests; default: 12", highest=100)
    add_load(timeline, workers=2)

    show = add("show", show_file, "print the table of saved data again, without measuring")
    show.add_argument("file", type=Path, metavar="FILE", help="what a measurement wrote, as JSON")

    redraw = add("draw", redraw_file, "draw the pictures of saved data again, without measuring")
    redraw.add_argument("file", type=Path, metavar="FILE", help="what a measurement wrote, as JSON")
    redraw.add_argument("--output", type=Path, metavar="FOLDER", help="default: beside the file")

    add("check", lambda _: 0 if is_ready() else COULD_NOT, "say whether this machine is ready")
    return parser.parse_args(arguments)


def add_servers(command: Parser) -> None:
    default = " and ".join(BY_DEFAULT)
    command.add_argument(
        "servers", nargs="*", metavar="SERVER", help=f"which, in this order (default: {default})"
    )


def add_users(command: Parser, default: int | None, told: str, highest: int = 10_000) -> None:
    command.add_argument(
        "--users", type=whole_number(1, highest), default=default, help=f"how many ({told})"
    )


def add_load(command: Parser, workers: int = 4) -> None:
    command.add_argument(
        "--workers",
        type=whole_number(1, 64),
        default=workers,
        help="processes of each server (default: %(default)s)",
    )
    command.add_argument(
        "--processes",
        type=whole_number(1, 16),
        default=1,
        help="processes of Locust, for many users (default: %(default)s)",
    )
    command.add_argument(
        "--port", type=whole_number(1, 65_535), help="of the servers (default: a free one)"
    )
    command.add_argument(
        "--output",
        type=Path,
        default=Path("results"),
        metavar="FOLDER",
        help="where the files go (default: %(default)s/)",
    )


@dataclass
class Work:
    """What all measurements have in common."""

    servers: list[Server]
    load: Load
    conditions: Conditions
    folder: Path
    scratch: Path
    display: Display

    def finish(self, data: Data, name: str, reports: tuple[str, ...] = ()) -> None:
        """Save the data with its pictures, and say where they lie."""
        written = [write(self.folder / f"{name}.json", to_json(data))]
        for ending, svg in draw(data).items():
            written.append(write(self.folder / f"{name}{ending}.svg", svg))
        for report in reports:
            html = (self.scratch / f"{report}.html").read_text(encoding="utf-8")
            written.append(write(self.folder / f"{report}.html", html))
        for path in written:
            self.display.say(str(path))


@contextmanager
def working(options: argparse.Namespace, servers: list[Server], users: int) -> Iterator[Work]:
    """Look at all that can be wrong before anything is measured, and clean up afterwards."""
    seconds = getattr(options, "seconds", SHORTEST_STEADY_SECONDS)
    conditions = conditions_of(users, seconds, options.workers)
    folder = writable(options.output)
    cpu_seconds = calibrate() if any(server.set == "busy" for server in servers) else None
    load = Load(users, seconds, options.workers, options.processes, options.port, cpu_seconds)
    with (
        tempfile.TemporaryDirectory(prefix="compare-") as scratch,
        Display(console_here(), [server.name for server in servers]) as display,
    ):
        yield Work(servers, load, conditions, folder, Path(scratch), display)


def run_comparison(options: argparse.Namespace) -> int:
    if options.list:
        return list_servers()
    servers = chosen(options)
    with working(options, servers, users_of(options, servers)) as work:
        compare_servers(work)
    return 0


def run_prediction(options: argparse.Namespace) -> int:
    if options.list:
        return list_servers()
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Fault("predict asks you, and so needs a terminal")
    servers = chosen(options)
    users = users_of(options, servers)
    guesses = {}
    for server in servers:
        print(f"{server.name}: {server.command(8000, options.workers)}")
        print(f"  {users} users who don't wait; {server.teaches}")
        guesses[server.name] = ask_for_number("  Your prediction, in requests/s: ")
    with working(options, servers, users) as work:
        comparison = compare_servers(work, guesses)
        work.display.say(verdict(comparison, guesses))
    return 0


def compare_servers(work: Work, guesses: dict[str, float] | None = None) -> Comparison:
    """Measure, print and save; what is finished also when something fails."""
    results, stop = [], None
    try:
        for server in work.servers:
            results.append(measure(server, work.load, work.scratch, work.display))
    except (Fault, Interrupted) as error:
        stop = error
    comparison = Comparison(work.conditions, tuple(results))
    with processes.signals.held():  # what is finished is printed and saved, whole
        if results:
            work.display.say()
            say(comparison, work.display, guesses)
            work.display.say()
        if not stop:
            work.finish(comparison, "comparison", tuple(each.name for each in results))
            return comparison
        partial = work.folder / "comparison.partial.json"
        if results or not partial.exists():
            try:
                work.display.say(str(write(partial, to_json(comparison))))
            except Fault as fault:
                work.display.say(str(fault))
    raise stop


def run_sweep(options: argparse.Namespace) -> int:
    servers = chosen(options)
    for server in servers:
        if server.set == "minimal":
            raise Fault(f"{server.name} has no ceiling, and so no knee: choose another")
    with working(options, servers, options.users) as work:
        steps = {
            server.name: measure_steps(server, work.load, work.scratch, work.display)
            for server in servers
        }
        sweep = Sweep(work.conditions, steps)
        work.display.say()
        say(sweep, work.display)
        work.display.say()
        work.finish(sweep, "sweep")
    return 0


def run_timeline(options: argparse.Namespace) -> int:
    servers = chosen(options)
    with working(options, servers, options.users) as work:
        requests = {
            server.name: time_requests(server, work.load, work.scratch, work.display)
            for server in servers
        }
        timeline = Timeline(work.conditions, requests)
        work.display.say()
        say(timeline, work.display)
        work.display.say()
        work.finish(timeline, "timeline")
    return 0


def show_file(options: argparse.Namespace) -> int:
    say(saved(options.file), Display(console_here(), []))
    return 0


def redraw_file(options: argparse.Namespace) -> int:
    data = saved(options.file)
    folder = writable(options.output or options.file.parent)
    for ending, svg in draw(data).items():
        print(write(folder / f"{options.file.stem}{ending}.svg", svg))
    return 0


def saved(path: Path) -> Data:
    """Return what a measurement wrote; raise Fault when it can't be read."""
    try:
        return from_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Fault(f"can't read {path}: {error.strerror}") from error
    except ValueError as error:
        raise Fault(f"{path} can't be read: {error}") from error


def list_servers() -> int:
    for server in SERVERS:
        print(f"{server.name:24}{server.app:24}{server.teaches}")
    for each in SETS:
        names = ", ".join(server.name for server in SERVERS if server.set == each.name)
        print(f"{each.name:24}set of {names}; the knob is {each.knob}: {each.teaches}")
    return 0


def chosen(options: argparse.Namespace) -> list[Server]:
    """Return the servers that were asked for, each once."""
    known = {server.name: server for server in SERVERS}
    for name in options.servers:
        if name not in known:
            raise Fault(f"unknown server {name!r}: choose from {', '.join(known)}")
    of_set = getattr(options, "set", None) or ("waiting" if getattr(options, "all", 0) else None)
    if of_set and options.servers:
        raise Fault("name servers, or a set, but not both")
    if of_set:
        return [server for server in SERVERS if server.set == of_set]
    return [known[name] for name in dict.fromkeys(options.servers or BY_DEFAULT)]


def users_of(options: argparse.Namespace, servers: list[Server]) -> int:
    """Return the number of users: what was asked for, else what the servers' sets want."""
    sets = {server.set for server in servers}
    return options.users or max(each.users for each in SETS if each.name in sets)


def ask_for_number(question: str) -> float:
    while True:
        try:
            number = float(input(question).replace(",", "."))
        except ValueError:
            number = -1
        except EOFError as error:
            raise Fault("no prediction was made") from error
        if 0 <= number < math.inf:
            return number
        print("  A number, please, such as 4 or 12.5.")


def conditions_of(users: int, seconds: int, workers: int) -> Conditions:
    try:
        return Conditions.here_and_now(users, seconds, workers)
    except metadata.PackageNotFoundError as error:
        raise Fault(processes.missing(str(error.name))) from error


def writable(folder: Path) -> Path:
    """Return the folder, made if need be; raise Fault before anything is measured in vain."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise Fault(f"can't write to {folder}: {error.strerror}") from error


def console_here() -> Console:
    """Return a console in plain text where the output is no terminal, whatever is set."""
    return Console(force_terminal=sys.stdout.isatty())


def say(data: Data, display: Display, guesses: dict[str, float] | None = None) -> None:
    """Print what was measured."""
    if isinstance(data, Comparison):
        display.console.print(table(data, guesses), width=120, crop=False)
        display.say()
        for sentence in sentences(data):
            display.say(sentence)
    elif isinstance(data, Sweep):
        display.console.print(steps_table(data), width=120, crop=False)
    else:
        for name, times in data.requests.items():
            answered = " ".join(f"{done:.1f}" for done in sorted(done for _, done in times))
            display.say(f"{name:16}answered after {answered} s")


def write(path: Path, text: str) -> Path:
    """Write a file whole or not at all; raise Fault where that can't be done."""
    draft = path.with_suffix(".draft")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8")
        return draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise Fault(f"can't write {path}: {error.strerror}") from error


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    processes.signals.handle()
    try:
        status = options.function(options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # `| head` has seen enough
        return COULD_NOT
    except Interrupted as interruption:
        print(f"compare: {interruption}", file=sys.stderr)
        return interruption.exit_status
    except Fault as fault:
        print(f"compare: {fault}", file=sys.stderr)
        for line in fault.tail:
            print(f"  log: {line}", file=sys.stderr)
        return COULD_NOT
    finally:
        processes.end_all()
