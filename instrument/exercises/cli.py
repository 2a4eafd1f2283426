"""The command: check the next exercise, or the one that is named; hint, list, reset."""

import argparse
import re
import select
import sys
import tempfile
import textwrap
from contextlib import suppress
from pathlib import Path

import psutil

from command_line import whole_number
from instrument.edges import signals
from instrument.edges.errors import InstrumentError
from instrument.edges.program import run_program
from instrument.exercises import (  # noqa: F401
    checks_asgi,
    checks_diagnosis,
    checks_load,
    checks_production,
    checks_sizing,
    checks_wsgi,
)
from instrument.exercises.book import EXERCISES, Exercise, Wrong, place
from instrument.exercises.copies import make_copies, shipped

UNSOLVED = 3  # neither an error nor a traceback, whose status is 1
WIDTH, MOST_LINES = 96, 2  # of what a check says, between its title and what to do next


def main(arguments: list[str] | None = None) -> int:
    signals.note()
    options = parse(arguments)
    return run_program("exercises", lambda: run(options.what, options.number, options.file))


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="exercises", description="Checks the exercises, from the first that is not solved on."
    )
    parser.add_argument(
        "what", nargs="?", default="next", help="a number, or one of: list, hint, reset"
    )
    parser.add_argument(
        "number",
        nargs="?",
        type=whole_number(1, len(EXERCISES)),
        help="of the exercise: for hint and reset",
    )
    parser.add_argument(
        "--file", type=Path, help="check this file in place of your copy, and change nothing"
    )
    options = parser.parse_args(arguments)
    if options.number is not None and options.what not in ("hint", "reset"):
        parser.error("only hint and reset take a number")
    if re.fullmatch("[0-9]{1,9}", options.what):
        options.what, options.number = "check", int(options.what)
    if options.what not in ("next", "check", "list", "hint", "reset"):
        parser.error(f"unknown command {options.what!r}: a number, list, hint or reset")
    if options.number is not None and options.number not in EXERCISES:
        parser.error(f"there is no exercise {options.number}: choose from 1 to {len(EXERCISES)}")
    if options.what == "reset" and options.number is None:
        parser.error("reset needs the number of an exercise")
    if options.file and options.what != "check":
        parser.error("--file needs the number of an exercise: 7 --file answer.py")
    return options


def run(what: str, number: int | None, file: Path | None) -> int:
    if file:
        return check_file(EXERCISES[number], file)
    every = [EXERCISES[each] for each in sorted(EXERCISES)]
    make_copies(every)
    if what == "list":
        return show_list(every)
    if what == "hint":
        return show_hint(EXERCISES[number] if number else first_unsolved(every))
    if what == "reset":
        return reset(EXERCISES[number])
    if number:
        return 0 if check_one(EXERCISES[number], is_alone=True) else UNSOLVED
    return check_all(every)


def checked(each: Exercise, path: Path | None = None) -> str:
    """Return what the check saw; raise Wrong. Its logs are gone afterwards."""
    path = path or each.path
    if not path.is_file():
        raise Wrong(f"There is no {place(path)}: make exercises ARGS='reset {each.number}'.")
    with tempfile.TemporaryDirectory(prefix="exercise-") as folder:
        try:
            return each.check(path, Path(folder))
        finally:
            end_strays(folder)


def end_strays(folder: str) -> None:
    """End what has left the group of its server: it has inherited the folder as its TMPDIR."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("TMPDIR") == folder:
                process.kill()


def check_file(each: Exercise, file: Path) -> int:
    """Check a file that may lie anywhere and have any name: a copy of it that has the right one."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InstrumentError(f"{file} can't be read: {error.strerror}") from error
    with tempfile.TemporaryDirectory(prefix="answer-") as folder:
        copy = Path(folder) / each.name
        copy.write_bytes(content)
        return 0 if check_one(each, copy, shown=file) else UNSOLVED


def is_solved(each: Exercise) -> bool:
    """Return whether its check passes: progress is what the files say."""
    if each.is_untouched:  # none passes as it is shipped
        return False
    try:
        checked(each)
    except (Wrong, InstrumentError):
        return False
    return True


def check_all(exercises: list[Exercise]) -> int:
    """Check one after the other, up to the first that is not solved."""
    for each in exercises:
        if not check_one(each):
            return UNSOLVED
        print()
    print("All exercises are solved. What is next? The list of chapters stands in README.md.")
    return 0


def check_one(
    each: Exercise, path: Path | None = None, is_alone: bool = False, shown: Path | None = None
) -> bool:
    """Check it, and say in at most six lines what was seen, and what to do then."""
    titled = f"Exercise {each.number} of {len(EXERCISES)}: {each.title}"
    print(f"{titled}      {shown or place(each.path)}\n", flush=True)
    following = each.number + 1 if each.number + 1 in EXERCISES else None
    try:
        say(checked(each, path))
    except Wrong as wrong:
        say(str(wrong))
        skip = f"   Skip it: make exercises ARGS={following}" if following else ""
        print(f"\nHint: make hint ARGS={each.number}.{skip}", flush=True)
        return False
    goes_on = f" Next: make exercises ARGS={following}" if is_alone and following else ""
    solution, text = place(each.solution), f"{each.chapter}/README.md"
    print(f"\nSolved. One solution: {solution}. To read on: {text}.{goes_on}", flush=True)
    return True


def said(text: str) -> list[str]:
    """Return the lines that a text takes."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent="  ",
        subsequent_indent="  ",
        max_lines=MOST_LINES,
        placeholder=" ...",
    )


def say(text: str) -> None:
    print("\n".join(said(text)))


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
    content = shipped(each)
    if each.path.exists() and not each.is_untouched:
        if not sys.stdin.isatty():
            raise InstrumentError(
                f"{place(each.path)} has changed: reset asks first, and needs a terminal"
            )
        print(f"{place(each.path)} has changed. Overwrite it? [y/N] ", end="", flush=True)
        if answered().strip().lower() not in ("y", "yes"):
            print("Nothing was changed.")
            return 0
    try:
        each.path.write_bytes(content)
    except OSError as error:
        raise InstrumentError(f"{place(each.path)} can't be written: {error.strerror}") from error
    print(f"{place(each.path)} is as it was.")
    return 0


def answered() -> str:
    """Return a line of the terminal; Ctrl-C does not wait for it."""
    while not select.select([sys.stdin], [], [], 0.1)[0]:
        signals.check()
    return sys.stdin.readline()
