"""Runs the tests: python -m tests [--chapter=NAME] [ARGUMENT OF PYTEST …]

First, side by side, those that any CPU is good enough for. Then those that measure. Then, one
after the other, those that take all CPUs. At last, those that failed once more, with nothing beside
them: a test that fails twice has failed.
"""

import io
import os
import re
import sys
from collections import Counter
from contextlib import redirect_stdout

import pytest

from instrument.edges.check import need_packages
from instrument.edges.cpus import usable_cpus
from instrument.edges.errors import InstrumentError
from tests.support.network import is_private, taken_ports

MOST = 16  # tests side by side
PHASES = {  # by marker: its name, which of pytest's markers it selects, how many tests for each CPU
    "": ("side by side", "not measures and not alone", 6),  # on a slow CPU, more would be too late
    "measures": ("what measures", "measures", 5),  # with more, it would be measured again
    "alone": ("one after the other", "alone", 0),
}
MOST_FAILURES = 5  # of which each is tried again
OK, FAILED, NOTHING_RUN = 0, 1, 5  # of pytest's exit statuses


class Outcome:
    """What became of the tests, as pytest tells this plugin of it."""

    def __init__(self):
        self.found = {}  # the phase and the file of each, by name
        self.are_named = False
        self.done, self.failed = set(), set()
        self.skipped = []  # names and reasons; of a README's blocks one by one
        self.newer = Counter()  # blocks that only a newer Python runs, by what is said of them

    def pytest_collection_finish(self, session):
        for item in session.items:
            phase = next(filter(item.get_closest_marker, ("measures", "alone")), "")
            self.found[item.nodeid] = (phase, str(item.path))
        self.are_named = bool(session.config.option.file_or_dir)

    def pytest_runtest_logreport(self, report):
        name = re.sub(r"@[^\]@]*$", "", report.nodeid)  # without the group that xdist appends
        if report.failed:
            self.failed.add(name)
        elif report.skipped:
            reason = report.longrepr[2].removeprefix("Skipped: ")
            if reason.startswith("for Python "):
                self.newer[reason] += 1
            else:
                self.skipped.append((name, reason))
        elif report.when == "call":
            self.done.add(name)

    @property
    def passed(self):
        return self.done - self.failed

    @property
    def lost(self):
        """Return the tests that were found at first, and that nothing was told of."""
        return self.found.keys() - self.done - self.failed - {name for name, _ in self.skipped}

    @property
    def counts(self):
        skipped = f", {len(self.skipped)} skipped" if self.skipped else ""
        lost = f", {len(self.lost)} found but not run" if self.lost else ""
        return f"{len(self.passed)} passed, {len(self.failed)} failed{skipped}{lost}"


def run_pytest(outcome, *arguments):
    """Run pytest; leave with its exit status when it was stopped or could not do its work."""
    status = pytest.main(["--no-header", *arguments], plugins=[outcome])
    if status not in (OK, FAILED, NOTHING_RUN):
        sys.exit(status)


def find(outcome, arguments):
    """Let pytest find the tests, and show what it prints only when it can't."""
    told = io.StringIO()
    try:
        with redirect_stdout(told):
            run_pytest(outcome, "--collect-only", "-q", *arguments)
    except SystemExit:
        print(told.getvalue(), end="")
        raise


def run(arguments):
    """Run every phase, and what failed a second time; return what became of the tests."""
    outcome = Outcome()
    find(outcome, arguments)
    for marker, (name, selected, each) in PHASES.items():
        if files := [file for phase, file in outcome.found.values() if phase == marker]:
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
    print("\nFailed at first:")
    for name in names:
        print(f"  {'passed alone' if name in again.passed else 'failed again'}  {name}")
    outcome.failed -= again.passed
    outcome.done |= again.passed


def left_out(skipped):
    """Yield a table of what was not run, with the command that installs what it needs."""
    reasons = Counter(reason for _, reason in skipped).most_common()
    rows = [(count, *reason.partition(": ")[::2]) for reason, count in reasons]
    width = max(len(what) for _, what, _ in rows)
    yield "\nNot run, since this machine lacks something:"
    yield f"  tests  {'what':{width}}  command"
    for count, what, command in rows:
        yield f"  {count:5}  {what:{width}}  {command}"


def main(arguments):
    if not __debug__:
        print("tests: PYTHONOPTIMIZE takes the asserts out of the tests: unset it")
        return FAILED
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # each of many processes would compile anew
    try:
        need_packages()
    except InstrumentError as error:
        print(f"tests: {error}")
        return FAILED
    inner = "PYTEST_CURRENT_TEST" in os.environ  # the tests of this command name no port
    if not (inner or is_private()) and (taken := taken_ports()):
        print(f"tests: {taken}: end it first, since this system refuses network namespaces")
        return FAILED
    outcome = run(arguments)
    for reason, count in sorted(outcome.newer.items()):
        here = ".".join(map(str, sys.version_info[:2]))
        print(f"Blocks {reason}, not run on {here}: {count}")
    if outcome.skipped:
        print(*left_out(outcome.skipped), sep="\n")
        if os.environ.get("CI"):
            print("A skipped test is a failure here: install what it lacks.")
    print(f"\n{outcome.counts}")
    if not outcome.found:
        print("tests: no test is called so")
        return NOTHING_RUN
    is_wrong = outcome.failed or outcome.lost or (outcome.skipped and os.environ.get("CI"))
    return FAILED if is_wrong else OK


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
