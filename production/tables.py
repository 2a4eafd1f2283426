"""Tries every cell of a chapter's table, side by side, and writes what came of it."""

import argparse
import json
import math
import platform
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from compare import processes
from compare.check import find, lacking
from compare.processes import Fault, Interrupted
from production.servers import SERVERS, Server, wait_until

TABLE = re.compile(r"(?<=<!-- table -->\n).*?(?=<!-- end of table -->)", re.DOTALL)
SIDE_BY_SIDE = 8  # most labs wait
PACKAGES = ("gunicorn", "uvicorn", "uvicorn-worker")


@dataclass(frozen=True)
class Lab:
    """A fault, and how it is done to a server; `try_on` returns what comes of it in a few words."""

    fault: str
    try_on: Callable[[Server], str]
    needs: str = ""  # programs beside the packages
    takes_all_cpus: bool = False

    @property
    def lacks(self) -> str:
        """Return what to say of a program that is missing, or nothing."""
        return next(filter(None, map(lacking, self.needs.split())), "")


def outcome_of(lab: Lab, server: Server) -> str:
    """Return what came of one cell; raise Fault, which names it, when the lab itself failed."""
    try:
        return lab.try_on(server)
    except Fault as error:
        told = Fault(f"{lab.fault}, {server.name}: {error}")
        told.tail = error.tail
        raise told from error


def outcomes(cells: list[tuple[Lab, Server]], at_once: int) -> list[str]:
    """Try some cells side by side; when one fails, or the user asks to stop, end them all."""
    with ThreadPoolExecutor(at_once) as pool:
        try:
            # Raised in the middle of a lock of the pool's, Interrupted would leave it locked.
            with processes.signals.held():
                asked = [pool.submit(outcome_of, *cell) for cell in cells]
                wait_until(
                    lambda: all(each.done() for each in asked) or any(map(failed, asked)),
                    seconds=math.inf,
                )
            return [each.result() for each in sorted(asked, key=failed, reverse=True)]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            processes.end_all()
            raise


def failed(cell: Future[str]) -> bool:
    return cell.done() and cell.exception() is not None


def versions() -> dict[str, str]:
    """Return what the outcomes depend on."""
    found = {package: version(package) for package in PACKAGES}
    if nginx := find("nginx"):
        told = subprocess.run([nginx, "-v"], check=True, capture_output=True, text=True).stderr
        found["nginx"] = told.strip().rpartition("/")[2]
    return {**found, "Python": platform.python_version(), "system": platform.system()}


def table(data: dict) -> str:
    """Return the outcomes as a table in Markdown, with the versions below it."""
    names = [server.name for server in SERVERS]
    rows = [["", *names], ["---"] * (len(names) + 1)]
    rows += [
        [fault, *(told.get(name, "?") for name in names)] for fault, told in data["cells"].items()
    ]
    used = ", ".join(" ".join(each) for each in data["versions"].items())
    return "".join(f"| {' | '.join(row)} |\n" for row in rows) + f"\n{used}.\n"


def main(labs: tuple[Lab, ...], path: Path) -> None:
    """Try all labs and print the table; with --write, save it beside the path, and in the README."""
    name = f"python -m {path.parent.name}.{path.stem}"
    parser = argparse.ArgumentParser(prog=name, allow_abbrev=False)
    parser.add_argument(
        "--write", action="store_true", help=f"to {path.parent.name}/{path.stem}.json and README.md"
    )
    options = parser.parse_args()
    processes.signals.handle()
    try:
        data = all_outcomes(labs, path.with_suffix(".json"))
        print(table(data))
        if options.write:
            path.with_suffix(".json").write_text(json.dumps(data, indent=2) + "\n")
            readme = path.with_name("README.md")
            readme.write_text(TABLE.sub(lambda _: table(data), readme.read_text()))
    except Interrupted as interruption:
        sys.exit(interruption.exit_status)
    except Fault as fault:
        sys.exit("\n  log: ".join([f"{path.stem}: {fault}", *fault.tail]))
    finally:
        processes.end_all()


def all_outcomes(labs: tuple[Lab, ...], saved: Path) -> dict:
    """Return the versions and what came of every cell; what can't be tried stays as it was saved."""
    told = json.loads(saved.read_text()) if saved.exists() else {"versions": {}, "cells": {}}
    for lack in {lab.lacks for lab in labs} - {""}:
        print(f"{lack}; its cells stay as they are", file=sys.stderr)
    able = [lab for lab in labs if not lab.lacks]
    cells = {lab.fault: dict(told["cells"].get(lab.fault, {})) for lab in labs}
    for at_once in (SIDE_BY_SIDE, 1):
        now = [lab for lab in able if lab.takes_all_cpus is (at_once == 1)]
        tried = [(lab, server) for lab in now for server in SERVERS]
        for (lab, server), outcome in zip(tried, outcomes(tried, at_once), strict=True):
            cells[lab.fault][server.name] = outcome
    return {"versions": told["versions"] | versions(), "cells": cells}
