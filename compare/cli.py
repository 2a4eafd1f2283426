"""The command line, and what each of its commands does."""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

from rich.console import Console

import compare
from compare import processes
from compare.check import is_ready
from compare.display import Display
from compare.experiment import Load, measure
from compare.figure import draw
from compare.processes import Fault, Interrupted
from compare.report import Comparison, Conditions, sentences, table, to_json
from compare.servers import SERVERS, Server

COULD_NOT = 1
MISUSED = 2


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message):
        self.exit(MISUSED, f"{self.prog}: {message} (--help explains)\n")


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
    parser = Parser(prog="compare", description=compare.__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(dest="command_name", metavar="COMMAND", required=True)
    run = commands.add_parser(
        "run",
        allow_abbrev=False,
        help="measure servers one after the other, and print a table",
        description="Start each server, put load on it with Locust, stop it; print a table of "
        "throughput and latency, and save it as JSON and as a picture.",
    )
    run.set_defaults(function=run_comparison)
    run.add_argument(
        "servers", nargs="*", metavar="SERVER", help="which servers, in this order (default: all)"
    )
    run.add_argument("--list", action="store_true", help="list the servers, and stop")
    run.add_argument(
        "--users",
        type=whole_number(1, 10_000),
        default=20,
        help="simulated users, who ask again as soon as they are answered (default: %(default)s)",
    )
    run.add_argument(
        "--seconds",
        type=whole_number(1, 3600),
        default=15,
        help="length of the steady part that is measured, after spawning (default: %(default)s)",
    )
    run.add_argument(
        "--workers",
        type=whole_number(1, 64),
        default=4,
        help="processes of each server (default: %(default)s)",
    )
    run.add_argument(
        "--port", type=whole_number(1, 65_535), help="of the servers (default: a free one)"
    )
    run.add_argument(
        "--output",
        type=Path,
        default=Path("results"),
        metavar="FOLDER",
        help="where the files go (default: %(default)s/)",
    )
    check = commands.add_parser(
        "check",
        help="say whether this machine is ready for the workshop",
        description="Look at Python, packages, ports, limits, tools, and servers left running.",
    )
    check.set_defaults(function=lambda _: 0 if is_ready() else COULD_NOT)
    return parser.parse_args(arguments)


def run_comparison(options: argparse.Namespace) -> int:
    if options.list:
        for server in SERVERS:
            print(f"{server.name:16}{server.teaches}")
        return 0
    servers = chosen(options.servers)
    load = Load(options.users, options.seconds, options.workers, options.port)
    conditions = conditions_of(load)
    folder = writable(options.output)
    console = Console(force_terminal=sys.stdout.isatty())
    results, stop = [], None
    with (
        tempfile.TemporaryDirectory(prefix="compare-") as scratch,
        Display(console, servers, load.total_seconds) as display,
    ):
        try:
            for server in servers:
                results.append(measure(server, load, Path(scratch), display))
        except (Fault, Interrupted) as error:
            stop = error
        comparison = Comparison(conditions, tuple(results))
        show(comparison, display)
        for path in save(comparison, folder, Path(scratch), complete=not stop):
            display.say(str(path))
    if stop:
        raise stop
    return 0


def chosen(names: list[str]) -> list[Server]:
    """Return the servers of these names, each once; all when there are none."""
    known = {server.name: server for server in SERVERS}
    for name in names:
        if name not in known:
            raise Fault(f"unknown server {name!r}: choose from {', '.join(known)}")
    return [known[name] for name in dict.fromkeys(names or known)]


def conditions_of(load: Load) -> Conditions:
    try:
        return Conditions.here_and_now(load.users, load.seconds, load.workers)
    except metadata.PackageNotFoundError as error:
        raise Fault(f"the package {error.name} is missing: make setup") from error


def writable(folder: Path) -> Path:
    """Return the folder, made if need be; raise Fault before anything is measured in vain."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise Fault(f"can't write to {folder}: {error.strerror}") from error


def show(comparison: Comparison, display: Display) -> None:
    if not comparison.results:
        return
    display.say()
    display.console.print(table(comparison))
    display.say()
    for sentence in sentences(comparison):
        display.say(sentence)
    display.say()


def save(comparison: Comparison, folder: Path, scratch: Path, complete: bool) -> list[Path]:
    """Write the files of a complete comparison, or what there is of one; return their paths."""
    if not complete:
        return [write(folder / "comparison.partial.json", to_json(comparison))]
    reports = [
        Path(shutil.move(scratch / f"{result.name}.html", folder / f"{result.name}.html"))
        for result in comparison.results
    ]
    return [
        write(folder / "comparison.json", to_json(comparison)),
        write(folder / "comparison.svg", draw(comparison)),
        *reports,
    ]


def write(path: Path, text: str) -> Path:
    """Write a file whole or not at all."""
    draft = path.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8")
    return draft.replace(path)


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    processes.signals.handle()
    try:
        return options.function(options)
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
