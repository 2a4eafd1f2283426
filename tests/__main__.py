"""Runs the tests: python -m tests [--chapter=NAME] [ARGUMENT OF PYTEST …]

First, side by side, those that any CPU is good enough for. Then those that measure. Then, one
after the other, those that take all CPUs. At last, those that failed once more, each alone: a test
that fails twice has failed.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from instrument.check import need_packages
from instrument.cpus import usable_cpus
from instrument.errors import InstrumentError
from tests.support.network import is_private, taken_ports

MOST = 16  # tests side by side
PHASES = {  # by marker: its name, which of pytest's markers it selects, how many tests for each CPU
    "": ("side by side", "not measures and not alone", 6),  # on a slow CPU, more would be too late
    "measures": ("what measures", "measures", 5),  # with more, it would be measured again
    "alone": ("one after the other", "alone", 0),
}
CLEAN_UP_SECONDS = 5
MOST_FAILURES = 5  # of which each is tried again
OK, NOTHING_RUN = 0, 5  # of pytest's exit statuses
FAILED = 1


@dataclass
class Outcome:
    """What became of the tests."""

    passed: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    skipped: Counter = field(default_factory=Counter)  # by reason
    lost: int = 0  # found at first, and run by nobody

    def add(self, report, count=0):
        """Add what a run reports of so many tests."""
        self.passed |= set(report["passed"])
        self.failed |= set(report["failed"])
        self.skipped.update(report["skipped"])
        told = len(report["passed"]) + len(report["failed"]) + sum(report["skipped"].values())
        self.lost += max(0, count - told)

    @property
    def counts(self):
        skipped = f", {self.skipped.total()} skipped" if self.skipped else ""
        lost = f", {self.lost} found but not run" if self.lost else ""
        return f"{len(self.passed)} passed, {len(self.failed)} failed{skipped}{lost}"


def pytest(arguments, is_shown=True):
    """Run pytest and return its report; leave with its exit status when it could not do its work."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report"
        command = [sys.executable, "-m", "pytest", "--no-header", *arguments]
        variables = {**os.environ, "TESTS_REPORT": str(path)}
        variables.pop("PYTHONDONTWRITEBYTECODE", None)  # each of many processes would compile anew
        output = None if is_shown else subprocess.PIPE
        with subprocess.Popen(
            command, env=variables, stdout=output, text=True, process_group=0
        ) as process:
            came = pass_on_signals(process)
            told, _ = process.communicate()
            status = process.returncode
        if came:
            end_group(process.pid)
            sys.exit(128 + came[0])
        if status not in (OK, FAILED, NOTHING_RUN):
            print(told or "", end="")
            sys.exit(status if status > 0 else 128 - status)
        return json.loads(path.read_text())


def pass_on_signals(process):
    """Pass on to a process and its group what asks to stop; return a list of what has come.

    Ctrl-C does not reach that group by itself.
    """
    came = []

    def pass_on(number, _):
        came.append(number)
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            sys.exit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)
    return came


def end_group(group):
    """Wait until the other processes of pytest have cleaned up, and end those that hang."""
    deadline = time.monotonic() + CLEAN_UP_SECONDS
    with suppress(ProcessLookupError):
        while time.monotonic() < deadline:
            os.killpg(group, 0)
            time.sleep(0.05)
        os.killpg(group, signal.SIGKILL)


def run(arguments):
    """Run every phase, and what failed a second time; return what became of the tests."""
    outcome = Outcome()
    phases = pytest(["--collect-only", "-q", *arguments], is_shown=False)["phases"]
    for marker, (name, selected, each) in PHASES.items():
        if files := phases.get(marker):
            count = sum(files.values())
            print(f"\n{name}: {count}", flush=True)
            each = each if is_private() else (each + 1) // 2  # beside those that take turns
            at_once = 0 if count == 1 else min(each * usable_cpus(), MOST, count)
            how = [f"--numprocesses={at_once}", "--dist=loadgroup", "-m", selected, *arguments]
            if not any(map(names_tests, arguments)):
                # the others need not be imported; pytest 9.1 loses fixtures of a folder that comes twice
                how += sorted(files)
            outcome.add(pytest(how), count)
    if 0 < len(outcome.failed) <= MOST_FAILURES:
        try_again(outcome)
    return outcome


def names_tests(argument):
    return Path(argument.partition("::")[0]).exists()


def try_again(outcome):
    """Run each test that failed once more, alone."""
    print(f"\nonce more, alone: {len(outcome.failed)}", flush=True)
    again = Outcome()
    for name in sorted(outcome.failed):
        again.add(pytest([name]))
    print("\nFailed at first:")
    for name in sorted(outcome.failed):
        print(f"  {'passed alone' if name in again.passed else 'failed again'}  {name}")
    outcome.failed -= again.passed
    outcome.passed |= again.passed


def left_out(skipped):
    """Yield a table of what was not run, with the command that installs what it needs."""
    rows = [(count, *reason.partition(": ")[::2]) for reason, count in skipped.most_common()]
    width = max(len(what) for _, what, _ in rows)
    yield "\nNot run, since this machine lacks something:"
    yield f"  tests  {'what':{width}}  command"
    for count, what, command in rows:
        yield f"  {count:5}  {what:{width}}  {command}"


def main(arguments):
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
    if outcome.skipped:
        print(*left_out(outcome.skipped), sep="\n")
        if os.environ.get("CI"):
            print("A skipped test is a failure here: install what it lacks.")
    print(f"\n{outcome.counts}")
    if not outcome.passed | outcome.failed and not outcome.skipped:
        print("tests: no test is called so")
        return NOTHING_RUN
    is_wrong = outcome.failed or outcome.lost or (outcome.skipped and os.environ.get("CI"))
    return FAILED if is_wrong else OK


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
