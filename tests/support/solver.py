"""What the tests of the exercises' command share: the command, and a reader who solves some."""

import shutil
import sys

from instrument.exercises.cli import EXERCISES

COMMAND = [sys.executable, "-m", "exercises"]


def solve(copy, number):
    (copy / "my_exercises").mkdir(exist_ok=True)
    shutil.copy(EXERCISES[number].solution, copy / "my_exercises")


def contents(folder):
    return {path: path.is_file() and path.read_bytes() for path in folder.rglob("*")}
