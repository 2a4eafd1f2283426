"""Runs the tests: python -m tests [--chapter=NAME] [ARGUMENT OF PYTEST …]

First, side by side, those that any CPU is good enough for. Then those that measure. Then, one
after the other, those that take all CPUs. At last, those that failed once more, with nothing beside
them: a test that fails twice has failed.
"""

import io
import os
import platform
import re
import sys
from collections import Counter
from contextlib import redirect_stdout

import pytest

from instrument.edges.check import need_packages
from instrument.edges.cpus import usable_cpus
from instrument.edges.errors import InstrumentError
from instrument.edges.program import run_program
from tests.support.network import is_private, need_ports

MOST = 16  # tests side by side
SIDE_BY_SIDE = "not measures and not alone"
PHASES = {  # by what pytest selects: the name, and how many tests for each CPU
    SIDE_BY_SIDE: ("side by side", 6),  # on a slow CPU, more would be too late
    "measures": ("what measures", 5),  # with more, it would be measured again
    "alone": ("one after the other", 0),
}
MOST_FAILURES = 5  # of which each is tried again
OK, FAILED, NOTHING_RUN = 0, 1, 5  # of pytest's exit statuses
NEWER = "for Python "  # so begins what is said of a block that only a newer one runs: it is no lack


class Outcome:
    """What became of the tests, as pytest tells this plugin of it."""

    def __init__(self):
        self.found = {}  # what selects each test, and its file, by name
        self.are_named = False
        self.told, self.passed, self.failed = set(), set(), set()
        self.skipped, self.newer = Counter(), Counter()  # by reason; of a README block by block

    def pytest_collection_finish(self, session):
        for item in session.items:
            only = next(filter(item.get_closest_marker, ("measures", "alone")), SIDE_BY_SIDE)
            self.found[item.nodeid] = (only, str(item.path))
        self.are_named = bool(session.config.option.file_or_dir)

    def pytest_runtest_logreport(self, report):
        name = re.sub(r"@[^\]@]*$", "", report.nodeid)  # without the group that xdist appends
        if report.failed or report.skipped or report.when == "call":
            self.told.add(name)
        if report.failed:
            self.failed.add(name)
        elif report.skipped:
            reason = report.longrepr[2].removeprefix("Skipped: ")
            (self.newer if reason.startswith(NEWER) else self.skipped)[reason] += 1
        elif report.when == "call":
            self.passed.add(name)


def run_pytest(outcome, *arguments, output=None):
    """Run pytest; leave with its exit status when it was stopped or could not do its work."""
    with redirect_stdout(output or sys.stdout):
        status = pytest.main(["--no-header", *arguments], plugins=[outcome])
    if status not in (OK, FAILED, NOTHING_RUN):
        print(output.getvalue() if output else "", end="")
        sys.exit(status)


def run(arguments):
    """Run every phase, and what failed a second time; return what became of the tests."""
    outcome = Outcome()
    run_pytest(outcome, "--collect-only", "-q", *arguments, output=io.StringIO())
    for selected, (name, each) in PHASES.items():
        if files := [file for only, file in outcome.found.values() if only == selected]:
            print(f"\n{name}: {len(files)}", flush=True)
            each = each if is_private() else (each + 1) // 2  # beside those that take turns
            at_once = 0 if len(files) == 1 else min(each * usable_cpus(), MOST, len(files))
            how = [f"--numprocesses={at_once}", "--dist=loadgroup", "-m", selected, *arguments]
            if not outcome.are_named:
                # the others need not be imported; pytest 9.1 loses fixtures of a folder that comes twice
                how += sorted(set(files))
            run_pytest(outcome, *how)
    if 0 < len(outcome.failed) <= MOST_FAILURES:
        try_again(outcome)
    return outcome


def try_again(outcome):
    """Run each test that failed once more, one after the other."""
    names = sorted(outcome.failed)
    print(f"\nonce more, alone: {len(names)}", flush=True)
    again = Outcome()
    run_pytest(again, *names)
    outcome.failed -= again.passed - again.failed
    outcome.passed |= again.passed
    print("\nFailed at first:")
    for name in names:
        print(f"  {'failed again' if name in outcome.failed else 'passed alone'}  {name}")


def left_out(skipped):
    """Yield a table of what was not run, with the command that installs what it needs."""
    rows = [(count, *reason.partition(": ")[::2]) for reason, count in skipped.most_common()]
    width = max(len(what) for _, what, _ in rows)
    yield "\nNot run, since this machine lacks something:"
    yield f"  tests  {'what':{width}}  command"
    for count, what, command in rows:
        yield f"  {count:5}  {what:{width}}  {command}".rstrip()


def main():
    if not __debug__:
        raise InstrumentError("PYTHONOPTIMIZE takes the asserts out of the tests: unset it")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # each of many processes would compile anew
    need_packages()
    if "PYTEST_CURRENT_TEST" not in os.environ:  # the tests of this command name no port
        need_ports()
    outcome = run(sys.argv[1:])
    if not outcome.found:
        print("tests: no test is called so")
        return NOTHING_RUN
    lost = len(outcome.found.keys() - outcome.told)
    told = f"{len(outcome.passed - outcome.failed)} passed, {len(outcome.failed)} failed"
    for reason, count in sorted(outcome.newer.items()):
        print(f"\nBlocks {reason}, not run on {platform.python_version()}: {count}")
    if outcome.skipped:
        print(*left_out(outcome.skipped), sep="\n")
        told += f", {outcome.skipped.total()} skipped"
    if lost:
        told += f", {lost} found but not run"
    if is_strict := bool(outcome.skipped and os.environ.get("CI")):
        print("A skipped test is a failure here: install what it lacks.")
    print(f"\n{told}")
    return FAILED if outcome.failed or lost or is_strict else OK


if __name__ == "__main__":
    sys.exit(run_program("tests", main))
