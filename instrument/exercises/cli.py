"""The command: check the next exercise, or the one that is named; watch, hint, list, all, reset."""

import argparse
import re
import select
import sys
from pathlib import Path

from command_line import whole_number
from instrument.edges import signals
from instrument.edges.errors import InstrumentError
from instrument.edges.program import run_program
from instrument.exercises import (  # noqa: F401
    checks_asgi,
    checks_connections,
    checks_diagnosis,
    checks_load,
    checks_overload,
    checks_predictions,
    checks_production,
    checks_retry,
    checks_sizing,
    checks_wsgi,
    progress,
)
from instrument.exercises.catalogue import EXERCISES, Exercise, by_chapter, place
from instrument.exercises.checking import (
    check_file,
    check_one,
    is_solved,
    say,
    unsolved,
    what_is_lacking,
)
from instrument.exercises.copies import make_copies, shipped

UNSOLVED = 3  # neither an error nor a traceback, whose status is 1
COMMANDS = ("next", "check", "watch", "list", "all", "hint", "reset")


def main(arguments: list[str] | None = None) -> int:
    signals.note()
    options = parse(arguments)
    return run_program("exercises", lambda: run(options))


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="exercises", description="Checks the exercises, from the first that is not solved on."
    )
    parser.add_argument(
        "what",
        nargs="?",
        default="next",
        help="a number, or one of: watch, list, all (checks all again), hint, reset",
    )
    parser.add_argument(
        "number",
        nargs="?",
        type=whole_number(1, len(EXERCISES)),
        help="of the exercise: for hint, watch and reset",
    )
    parser.add_argument("--more", action="store_true", help="the second hint: how it is spelled")
    parser.add_argument(
        "--file", type=Path, help="check this file in place of your copy, and change nothing"
    )
    options = parser.parse_args(arguments)
    if options.number is not None and options.what not in ("hint", "watch", "reset"):
        parser.error("only hint, watch and reset take a number")
    if re.fullmatch("[0-9]{1,9}", options.what):
        options.what, options.number = "check", int(options.what)
    if options.what not in COMMANDS:
        parser.error(f"unknown command {options.what!r}: a number, watch, list, all, hint or reset")
    if options.number is not None and options.number not in EXERCISES:
        parser.error(f"there is no exercise {options.number}: choose from 1 to {len(EXERCISES)}")
    if options.what in ("check", "reset") and options.number is None:
        parser.error(f"{options.what} needs the number of an exercise")
    if options.file and options.what != "check":
        parser.error("--file needs the number of an exercise: 7 --file answer.py")
    if options.more and options.what != "hint":
        parser.error("--more belongs to hint: hint 7 --more")
    return options


def run(options: argparse.Namespace) -> int:
    number = options.number
    if options.file:
        return status(check_file(EXERCISES[number], options.file))
    every = by_chapter()
    make_copies(every)
    match options.what:
        case "list":
            return show_list(every)
        case "all":
            return check_again(every)
        case "hint":
            return show_hint([EXERCISES[number]] if number else unsolved(every), options.more)
        case "reset":
            return reset(EXERCISES[number])
        case "check":
            return status(check_one(EXERCISES[number]))
        case "watch":
            from instrument.exercises.watch import watched

            return status(watched([EXERCISES[number]] if number else every))
    return status(check_next(every))


def status(is_right: bool) -> int:
    return 0 if is_right else UNSOLVED


def check_next(exercises: list[Exercise]) -> bool:
    """Check what is not solved, one after the other, up to the first that is wrong."""
    if known := sum(map(progress.passed, exercises)):
        print(
            f"{known} of {len(exercises)} are solved. To check them again: make exercises ARGS=all\n"
        )
    for each in exercises:
        if progress.passed(each):
            continue
        if why := what_is_lacking(each):
            print(f"Exercise {each.number} is passed over: {why}\n")
            continue
        if not check_one(each):
            return False
        print()
    print("All exercises are solved. What is next? The list of chapters stands in README.md.")
    return True


def row(each: Exercise, is_right: bool) -> str:
    about = f"{each.minutes:2} min {'*' * each.difficulty:3}"
    return (
        f"[{'x' if is_right else ' '}] {each.number:2}  {each.title:48} {about}  {each.path.name}"
    )


def show_list(exercises: list[Exercise]) -> int:
    """Print it at once, since `| head` reads no more than some lines."""
    rows = []
    for each in exercises:
        signals.check()
        rows.append(row(each, is_solved(each)))
    sys.stdout.write("\n".join([*rows, ""]))  # print() may write its last newline by itself
    return 0


def check_again(exercises: list[Exercise]) -> int:
    """Check each copy that was changed, also those that are known to have passed."""
    are_right = []
    for each in exercises:
        signals.check()
        are_right.append(is_solved(each, again=True))
        print(row(each, are_right[-1]), flush=True)
    return status(all(are_right))


def show_hint(exercises: list[Exercise], is_spelled: bool) -> int:
    """Give a hint to the first that is not solved."""
    if not exercises:
        raise InstrumentError("every exercise is solved: name one, as in make hint ARGS=7")
    each = exercises[0]
    print(f"Exercise {each.number}: {each.title}\n")
    say(each.spelling if is_spelled else each.hint)
    if not is_spelled:
        print(f'\nHow is that spelled? make hint ARGS="{each.number} --more"')
    return 0


def reset(each: Exercise) -> int:
    """Restore a file; ask before what was written there is lost."""
    content = shipped(each)
    if each.path.is_dir():
        raise InstrumentError(f"{place(each.path)} is a folder: rename it, then reset again")
    if each.path.exists() and not each.is_untouched:
        if not sys.stdin.isatty():
            raise InstrumentError(
                f"{place(each.path)} has changed: reset asks first, and needs a terminal"
            )
        print(f"{place(each.path)} has changed. Overwrite it? [y/N] ", end="", flush=True)
        if answered().strip().lower() not in (b"y", b"yes"):
            print("Nothing was changed.")
            return 0
    try:
        each.path.write_bytes(content)
    except OSError as error:
        raise InstrumentError(f"{place(each.path)} can't be written: {error.strerror}") from error
    print(f"{place(each.path)} is as it was.")
    return 0


def answered() -> bytes:
    """Return a line of the terminal, in whatever encoding; Ctrl-C does not wait for it."""
    while not select.select([sys.stdin], [], [], 0.1)[0]:
        signals.check()
    return sys.stdin.buffer.readline()
