"""The command python -m compare: what can be asked for, and who does it."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NoReturn

import instrument
from command_line import port, whole_number
from instrument.edges import signals
from instrument.edges.check import is_ready, need_packages
from instrument.edges.display import Display
from instrument.edges.errors import InstrumentError
from instrument.edges.files import writable
from instrument.edges.processes import ROOT
from instrument.edges.program import COULD_NOT, run_program
from instrument.experiments import comparison, prediction
from instrument.experiments.arguments import add_servers, add_users, add_workers, chosen
from instrument.experiments.run import run_experiment, write_pictures
from instrument.experiments.saved import KINDS, read
from instrument.faults import TABLES, tables
from instrument.faults.table import try_table
from instrument.load.bench import allow_connections
from instrument.load.open_lab import open_lab

MISUSED = 2
ALL_TABLES_SECONDS = 235  # about


class Parser(ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(MISUSED, f"compare: {message} ({self.prog} --help explains)\n")


def parse(arguments: list[str] | None) -> Namespace:
    """Return the options of a command, and as `work` the function that does it."""
    parser = Parser(prog="python -m compare", description=instrument.__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def add(name: str, summary: str, work: Callable[[Namespace], int | None]) -> Parser:
        told = summary[0].upper() + summary[1:]
        command = commands.add_parser(name, help=summary, description=told, allow_abbrev=False)
        command.set_defaults(work=work)
        return command

    for kind in KINDS:
        kind.add_arguments(add(kind.name, kind.summary, partial(run_experiment, kind)))
        if kind is comparison.KIND:
            kind.add_arguments(add("predict", prediction.SUMMARY, prediction.run_prediction))
    told = "start two servers and Locust's page, to put load on them by hand"
    add_lab_arguments(add("lab", told, run_lab))
    show = add("show", "print the table of saved data again, without measuring", show_file)
    draw = add("draw", "draw the pictures of saved data again, without measuring", draw_file)
    for command in (show, draw):
        told = "a JSON file that a measurement wrote"
        command.add_argument("file", type=Path, metavar="FILE", help=told)
    told = "folder for the pictures (default: that of the file)"
    draw.add_argument("--output", type=Path, metavar="FOLDER", help=told)
    told = "try what chapters 5 to 8 say of the servers, and print it as tables"
    add_faults_arguments(add("faults", told, run_faults))
    add("check", "say whether this machine is ready", check_machine)
    return parser.parse_args(arguments)


def add_lab_arguments(lab: Parser) -> None:
    add_servers(lab)
    add_users(lab, 40, "of both servers together, as the page suggests, default: 40", lowest=2)
    told = "users started per second, as the page suggests (default: %(default)s)"
    lab.add_argument("--spawn-rate", type=whole_number(1, 100), default=4, help=told)
    add_workers(lab)
    told = "port of the first server; the second server has the next one (default: %(default)s)"
    lab.add_argument("--port", type=whole_number(1, 65_534), default=8000, help=told)
    told = "port of Locust's page (default: %(default)s)"
    lab.add_argument("--web-port", type=port, default=8089, help=told)


def add_faults_arguments(faults: Parser) -> None:
    told = f"one or more of {', '.join(TABLES)} (default: all)"
    faults.add_argument("tables", nargs="*", metavar="TABLE", help=told)
    told = "write the tables to docs/ and into the chapters"
    faults.add_argument("--write", action="store_true", help=told)
    told = "leave a cell that can't be tried as it was saved"
    faults.add_argument("--go-on", action="store_true", help=told)


def run_lab(options: Namespace) -> None:
    subjects = chosen(options)
    allow_connections(options.users)
    signals.note()
    need_packages()
    open_lab(subjects, options)


def run_faults(options: Namespace) -> None:
    signals.note()
    every = tables(options.tables)
    need_packages()
    if options.write:
        writable(ROOT / "docs")
    if not options.tables:
        Display().say_how_long(ALL_TABLES_SECONDS)
    untried: list[InstrumentError] | None = [] if options.go_on else None
    for table in every:
        try_table(table, options.write, untried)
    for error in untried or []:
        print(f"compare: {error}", *error.tail, sep="\n  log: ", file=sys.stderr)
    if untried:
        raise InstrumentError(f"cells that could not be tried, and stay as saved: {len(untried)}")


def show_file(options: Namespace) -> None:
    Display().tell(read(options.file).told())


def draw_file(options: Namespace) -> None:
    experiment = read(options.file)
    folder = writable(options.output or options.file.parent)
    for path in write_pictures(experiment, folder, options.file.stem):
        print(path)


def check_machine(options: Namespace) -> int:
    return 0 if is_ready() else COULD_NOT


def main(arguments: list[str] | None = None) -> int:
    """Do what is asked; until something is started or written, a signal just ends it."""
    options = parse(arguments)
    return run_program("compare", lambda: options.work(options))
