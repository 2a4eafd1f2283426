"""What the tests of the exercises' command share: the command, and a reader who solves some."""

import shutil
import sys

from instrument.exercises.cli import EXERCISES

COMMAND = [sys.executable, "-m", "exercises"]


def changed_command(change, *arguments):
    """Return the command in a Python that first changes something of it."""
    run = f"import sys; from instrument.exercises import cli; sys.exit(cli.main({[*arguments]}))"
    return [sys.executable, "-c", f"{change}; {run}"]


def solve(copy, number):
    (copy / "my_exercises").mkdir(exist_ok=True)
    shutil.copy(EXERCISES[number].solution, copy / "my_exercises")


def contents(folder):
    return {path: path.is_file() and path.read_bytes() for path in folder.rglob("*")}
