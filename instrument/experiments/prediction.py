"""The prediction: what the reader expects of each server, beside what is measured."""

import math
import sys
from argparse import Namespace

from instrument.edges.errors import InstrumentError
from instrument.experiments import comparison
from instrument.experiments.comparison import Comparison
from instrument.experiments.run import measure_and_save

SUMMARY = "measure as run does, but ask for your predictions first"


def run_prediction(options: Namespace) -> None:
    """Ask, then compare; the arguments are those of the comparison."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InstrumentError("predict asks you, and so needs a terminal")
    subjects = comparison.KIND.subjects(options)
    users = comparison.KIND.plan(options, subjects).users
    guesses = {}
    for subject in subjects:
        print(f"{subject.name}, {options.workers} workers, {users} users: {subject.teaches}")
        guesses[subject.name] = ask_for_number("  Your prediction, in requests/s: ")
    found = measure_and_save(comparison.KIND, options, lambda each: each.told(guesses))
    print(verdict(found, guesses))


def ask_for_number(question: str) -> float:
    while True:
        try:
            number = float(input(question).replace(",", "."))
        except ValueError:
            number = -1
        except EOFError as error:
            raise InstrumentError("no prediction was made") from error
        if 0 <= number < math.inf:
            return number
        print("  A number, please, such as 4 or 12.5.")


def verdict(comparison: Comparison, guesses: dict[str, float]) -> str:
    """Return which guesses were right, which is within 10 % of what was measured."""
    right = [
        result.name
        for result in comparison.results
        if abs(guesses[result.name] / result.requests_per_second - 1) <= 0.1
    ]
    count = f"{len(right)} of {len(comparison.results)}"
    return f"You had {count} right within 10 %" + (f": {', '.join(right)}." if right else ".")
