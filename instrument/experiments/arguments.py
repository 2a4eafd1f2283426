"""Arguments that several commands share."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from command_line import port, whole_number
from instrument.edges.errors import InstrumentError
from instrument.servers import BY_DEFAULT, SUBJECTS, Subject


def add_servers(command: ArgumentParser, *names: str) -> None:
    names = names or BY_DEFAULT
    command.set_defaults(by_default=names)
    told = f"servers, in the order in which they run (default: {' and '.join(names)})"
    command.add_argument("servers", nargs="*", metavar="SERVER", help=told)


def chosen(options: Namespace) -> list[Subject]:
    """Return the servers that were named, each once, or those that are measured by default."""
    for name in options.servers:
        if name not in SUBJECTS:
            known = ", ".join(SUBJECTS)
            raise InstrumentError(f"unknown server {name!r}: choose from {known}")
    return [SUBJECTS[name] for name in dict.fromkeys(options.servers or options.by_default)]


def add_users(
    command: ArgumentParser, default: int | None, told: str, lowest: int = 1, highest: int = 10_000
) -> None:
    number = whole_number(lowest, highest)
    command.add_argument("--users", type=number, default=default, help=f"number of users ({told})")


def add_workers(command: ArgumentParser, workers: int = 4) -> None:
    told = "worker processes of each server (default: %(default)s)"
    command.add_argument("--workers", type=whole_number(1, 64), default=workers, help=told)


def add_place(command: ArgumentParser) -> None:
    command.add_argument("--port", type=port, help="port of the servers (default: a free one)")
    told, results = "folder for the files (default: %(default)s/)", Path("results")
    command.add_argument("--output", type=Path, default=results, metavar="FOLDER", help=told)
