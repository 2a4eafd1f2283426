"""A table of what is said of the servers: its cells are tried, printed, and written to a chapter."""

import json
import platform
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from websockets.exceptions import WebSocketException

from instrument.edges import processes, signals
from instrument.edges.check import FRAMEWORK_REQUIREMENTS, need_packages
from instrument.edges.clients import FAILURES
from instrument.edges.errors import InstrumentError
from instrument.edges.files import write
from instrument.edges.processes import ROOT
from instrument.edges.tools import find, lacking
from instrument.servers import EVERYWHERE, Server, packages_of

DASH = "–"  # the row says nothing of this server
SIDE_BY_SIDE = 16  # most rows wait
UNKNOWN_OPTION = "unrecognized arguments|ambiguous option|No such option|Invalid value"
# Of gthread, fewer threads than anything that asks at once.
TRIED = tuple(server.with_threads(2) for server in EVERYWHERE)
SERVER_PACKAGES = packages_of(TRIED)
Cells = dict[str, dict[str, Any]]  # by row
Untried = list[InstrumentError] | None
T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """What is done to each server; `try_on` returns what comes of it, in a few words."""

    title: str
    try_on: Callable[..., str]
    needs: str = ""  # programs beside the packages
    options: tuple[str, ...] = ()  # with which the server is tried
    servers: tuple[Server, ...] = TRIED
    interface: str = ""  # "asgi" where it says nothing of WSGI servers, or the other way round
    helps: str = ""  # in a table that says so

    @property
    def lacks(self) -> str:
        """Return what to say of a program that is missing, or nothing."""
        return next(filter(None, map(lacking, self.needs.split())), "")

    def outcome(self, server: Server) -> str:
        """Return what comes of it; a server may refuse one of the options."""
        if self.interface not in ("", server.interface):
            return DASH
        try:
            return self.try_on(server, *self.options)
        except InstrumentError as error:
            if re.search(UNKNOWN_OPTION, " ".join(error.tail)):
                return "no such option"
            raise


@dataclass(frozen=True)
class Table:
    """A table of a chapter: where it stands, how it is filled, and how it is shown."""

    name: str  # of its data in docs/, and of the marks around it in the chapter
    chapter: str
    fill: Callable[[Cells, Untried], Cells]  # from what was saved; see outcomes()
    markdown: Callable[[Cells], str]
    rows: tuple[Row, ...] = ()  # that are tried on each server
    packages: tuple[str, ...] = SERVER_PACKAGES  # whose versions stand below it
    has_frameworks: bool = False

    @property
    def data(self) -> Path:
        return ROOT / "docs" / f"{self.name}.json"

    @property
    def readme(self) -> Path:
        page = ROOT / self.chapter  # or a page outside of the chapters
        return page if page.suffix else page / "README.md"

    @property
    def place(self) -> re.Pattern[str]:
        """Where the table stands in the chapter."""
        begin, end = f"<!-- table {self.name} -->", f"<!-- end of table {self.name} -->"
        return re.compile(f"(?<={begin}\n).*?(?={end})", re.DOTALL)

    def saved(self) -> dict[str, Any]:
        """Return the versions with which it was filled last, and its cells."""
        if self.data.exists():
            found: dict[str, Any] = json.loads(self.data.read_text(encoding="utf-8"))
            return found
        return {"versions": {}, "cells": {}}

    def shown(self, saved: dict[str, Any]) -> str:
        """Return the table in Markdown, with the versions below it."""
        used = ", ".join(" ".join(each) for each in saved["versions"].items())
        return f"{self.markdown(saved['cells'])}\n{used}.\n"

    @cached_property
    def versions(self) -> dict[str, str]:
        """Return what the outcomes depend on."""
        found = {package: version(package) for package in self.packages}
        if any("nginx" in row.needs for row in self.rows) and (nginx := find("nginx")):
            command = [nginx, "-v"]
            done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
            found["nginx"] = done.stderr.strip().rpartition("/")[2]
        return {**found, "Python": platform.python_version(), "system": platform.system()}

    def write(self, saved: dict[str, Any]) -> None:
        """Write it to docs/ and to the chapter; raise InstrumentError where its marks are gone."""
        text, count = self.place.subn(
            lambda _: self.shown(saved), self.readme.read_text(encoding="utf-8")
        )
        if count != 1:
            raise InstrumentError(f"{self.readme} has no place for the table {self.name}")
        write(self.data, json.dumps(saved, indent=2) + "\n")
        write(self.readme, text)


def table_of(name: str, chapter: str, rows: tuple[Row, ...]) -> Table:
    """Return a table with a column for each server."""
    return Table(name, chapter, partial(outcomes, rows), markdown, rows)


def markdown(cells: Cells) -> str:
    names = [server.name for server in TRIED]
    rows = [["", *names], ["---"] * (len(names) + 1)]
    rows += [[title, *(told.get(name, "?") for name in names)] for title, told in cells.items()]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def outcomes(
    rows: tuple[Row, ...], saved: Cells, untried: list[InstrumentError] | None = None
) -> Cells:
    """Return what came of every cell; a row that lacks a program stays as it was saved.

    Where a cell fails, raise its InstrumentError, or add it to `untried` and keep what was saved.
    """
    for lack in {row.lacks for row in rows} - {""}:
        print(f"{lack}; its cells stay as they are", file=sys.stderr)
    found = {row.title: dict(saved.get(row.title, {})) for row in rows}
    tried = [(row, server) for row in rows if not row.lacks for server in row.servers]
    tasks = [partial(outcome_of, *cell, go_on=untried is not None) for cell in tried]
    for (row, server), outcome in zip(tried, side_by_side(tasks, SIDE_BY_SIDE), strict=True):
        if not isinstance(outcome, InstrumentError):
            found[row.title][server.name] = outcome
        elif untried is not None:
            untried.append(outcome)
    return found


def side_by_side(tasks: Sequence[Callable[[], T]], at_once: int) -> list[T]:
    """Do some tasks side by side; when one fails, or the user asks to stop, end them all."""
    others = processes.unended[:]
    with ThreadPoolExecutor(at_once) as pool:
        try:
            asked = [pool.submit(task) for task in tasks]
            left = set(asked)
            while left:
                signals.check()
                done, left = wait(left, timeout=0.05, return_when=FIRST_EXCEPTION)
                for each in done:
                    each.result()  # raises its error, while others may not be done yet
            return [each.result() for each in asked]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            processes.end_all(but=others)
            raise


def outcome_of(row: Row, server: Server, go_on: bool) -> str | InstrumentError:
    """Return what came of one cell; raise or return what names it, when it can't be tried."""
    try:
        with naming(f"{row.title}, {server.name}"):
            return row.outcome(server)
    except InstrumentError as error:
        if go_on:
            return error
        raise


@contextmanager
def naming(what: str) -> Iterator[None]:
    """Let an error, a client's too, say what could not be tried; raise InstrumentError."""
    try:
        yield
    except (InstrumentError, *FAILURES, WebSocketException) as error:
        told = InstrumentError(f"{what}: {error}")
        told.tail = getattr(error, "tail", [])
        raise told from error


def try_table(table: Table, is_written: bool, untried: list[InstrumentError] | None = None) -> None:
    """Fill a table anew and print it; write it down, too, if it is to be."""
    if table.has_frameworks:
        need_packages(FRAMEWORK_REQUIREMENTS)
    saved = table.saved()
    cells = table.fill(saved["cells"], untried)
    found = {"versions": saved["versions"] | table.versions, "cells": cells}
    print(table.shown(found))
    if is_written:
        table.write(found)
