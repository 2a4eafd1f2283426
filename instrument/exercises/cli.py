"""The command: check the next exercise, or the one that is named; hint, list, reset."""

import argparse
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

from instrument import signals
from instrument.errors import InstrumentError
from instrument.exercises import checks_asgi, checks_load, checks_production, checks_wsgi  # noqa: F401
from instrument.exercises.book import EXERCISES, Exercise, Wrong
from instrument.processes import ROOT
from instrument.program import run_program

UNSOLVED = 1


def main(arguments: list[str] | None = None) -> int:
    signals.note()
    options = parse(arguments)
    return run_program("exercises", lambda: run(options.what, options.number))


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="exercises", description="Checks the exercises, from the first that is not solved on."
    )
    parser.add_argument(
        "what", nargs="?", default="next", help="a number, or one of: list, hint, reset"
    )
    parser.add_argument("number", nargs="?", type=int, help="of the exercise: for hint and reset")
    options = parser.parse_args(arguments)
    if options.what.isdigit():
        options.what, options.number = "check", int(options.what)
    if options.what not in ("next", "check", "list", "hint", "reset"):
        parser.error(f"unknown command {options.what!r}: a number, list, hint or reset")
    if options.number is not None and options.number not in EXERCISES:
        parser.error(f"there is no exercise {options.number}: choose from 1 to {len(EXERCISES)}")
    if options.what == "reset" and options.number is None:
        parser.error("reset needs the number of an exercise")
    return options


def run(what: str, number: int | None) -> int:
    every = [EXERCISES[each] for each in sorted(EXERCISES)]
    if what == "list":
        return show_list(every)
    if what == "hint":
        return show_hint(EXERCISES[number] if number else first_unsolved(every))
    if what == "reset":
        return reset(EXERCISES[number])
    return check_each([EXERCISES[number]] if number else every)


def checked(each: Exercise, path: Path | None = None) -> str:
    """Return what the check saw; raise Wrong. Its logs are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="exercise-") as folder:
        return each.check(path or each.path, Path(folder))


def original(each: Exercise) -> bytes:
    """Return the file as it was shipped, of which git knows."""
    place = each.path.relative_to(ROOT)
    try:
        command = ["git", "show", f"HEAD:{place}"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise InstrumentError("reset needs git, which is not installed") from error
    if done.returncode:
        raise InstrumentError(f"git does not know {place}: clone the repository again")
    return done.stdout


def is_solved(each: Exercise) -> bool:
    """Return whether its check passes: progress is what the files say."""
    try:
        checked(each)
    except (Wrong, InstrumentError):
        return False
    return True


def check_each(exercises: list[Exercise]) -> int:
    """Check one after the other, up to the first that is not solved."""
    for each in exercises:
        place = each.path.relative_to(ROOT)
        print(
            f"Exercise {each.number} of {len(EXERCISES)}: {each.title}      {place}\n", flush=True
        )
        try:
            say(checked(each))
        except Wrong as wrong:
            say(str(wrong))
            following = each.number + 1
            skip = f"   Skip it: make exercises ARGS={following}" if following in EXERCISES else ""
            print(f"\nHint: make hint ARGS={each.number}.{skip}")
            return UNSOLVED
        solution = each.solution.relative_to(ROOT)
        print(f"\nSolved. One solution: {solution}. To read on: {each.chapter}/README.md\n")
    return 0


def say(text: str) -> None:
    print(textwrap.fill(text, 96, initial_indent="  ", subsequent_indent="  "))


def show_list(exercises: list[Exercise]) -> int:
    for each in exercises:
        signals.check()
        mark = "x" if is_solved(each) else " "
        print(f"[{mark}] {each.number:2}  {each.title:48} {each.path.name}", flush=True)
    return 0


def first_unsolved(exercises: list[Exercise]) -> Exercise:
    for each in exercises:
        if not is_solved(each):
            return each
    raise InstrumentError("every exercise is solved: name one, as in make hint ARGS=7")


def show_hint(each: Exercise) -> int:
    print(f"Exercise {each.number}: {each.title}\n")
    say(each.hint)
    return 0


def reset(each: Exercise) -> int:
    """Restore a file; ask before what was written there is lost."""
    place = each.path.relative_to(ROOT)
    shipped = original(each)
    if each.path.read_bytes() == shipped:
        print(f"{place} is as it was.")
        return 0
    if not sys.stdin.isatty():
        raise InstrumentError(f"{place} has changed: reset asks first, and needs a terminal")
    print(f"{place} has changed. Overwrite it? [y/N] ", end="", flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        print("Nothing was changed.")
        return UNSOLVED
    each.path.write_bytes(shipped)
    print(f"{place} is as it was.")
    return 0
