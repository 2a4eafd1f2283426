"""A check of one file, and what is said of it."""

import tempfile
import textwrap
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from instrument.edges.errors import InstrumentError
from instrument.edges.tools import lacking
from instrument.exercises import progress, strays
from instrument.exercises.catalogue import Exercise, Guessed, Wrong, by_chapter, place

WIDTH, MOST_LINES = 96, 2  # of what a check says, between its title and what to do next
LONG = 3  # seconds, from which on it is said how long a check took
DIFFICULTIES = ("", "easy", "medium", "hard")


def checked(each: Exercise, path: Path | None = None) -> str:
    """Return what the check saw; raise Wrong. Its logs are gone afterwards."""
    path = path or each.path
    if not path.is_file():
        raise Wrong(f"There is no {place(path)}: make exercises ARGS='reset {each.number}'.")
    with tempfile.TemporaryDirectory(prefix="exercise-") as folder, strays.ended(folder):
        try:
            return each.check(path, Path(folder))
        except FileNotFoundError as error:
            if not str(error.filename).startswith(folder):
                raise
            raise Wrong(
                "Files that the check needs are gone from the folder TMPDIR: does yours remove them?"
            ) from error


def check_copy(each: Exercise) -> str:
    """Check a reader's copy, and remember what came of it."""
    line = progress.line_of(each) if each.path.is_file() else ""
    try:
        saw = checked(each)
    except Wrong as wrong:
        if isinstance(wrong, Guessed):
            progress.note_guess(each)
        progress.note(line, is_true=False)
        raise
    progress.note(line, is_true=True)
    return saw


def check_file(each: Exercise, file: Path) -> bool:
    """Check a file that may lie anywhere and have any name: a copy of it that has the right one."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InstrumentError(f"{file} can't be read: {error.strerror}") from error
    with tempfile.TemporaryDirectory(prefix="answer-") as folder:
        copy = Path(folder) / each.name
        copy.write_bytes(content)
        return told(each, file, lambda: checked(each, copy))


def check_one(each: Exercise) -> bool:
    return told(each, place(each.path), lambda: check_copy(each))


def told(each: Exercise, shown: Path, check: Callable[[], str]) -> bool:
    """Check, and say in a few lines what was seen, and what to do then."""
    every = by_chapter()
    place_in_line = every.index(each) + 1
    print(f"Exercise {each.number}: {each.title}      {shown}")
    about = f"{each.minutes} minutes, {DIFFICULTIES[each.difficulty]}"
    print(f"{place_in_line} of {len(every)}, {about}\n", flush=True)
    begun = monotonic()
    following = next(iter(unsolved(every[place_in_line:])), None)
    try:
        say(check())
    except Wrong as wrong:
        say(str(wrong))
        took = monotonic() - begun
        print(f"  The check took {took:.0f} s.\n" if took > LONG else "")
        skip = f"   Skip it: make exercises ARGS={following.number}" if following else ""
        print(f"Hint: make hint ARGS={each.number}.{skip}", flush=True)
        return False
    print(f"\n{each.why.strip()}\n\nSolved. One solution: {place(each.solution)}.")
    goes_on = f" Next: make exercises ARGS={following.number}" if following else ""
    print(f'To read on: "{each.section}" in {each.chapter}/README.md.{goes_on}', flush=True)
    return True


def unsolved(exercises: list[Exercise]) -> list[Exercise]:
    """Return those that are not solved, and can be checked on this machine."""
    return [one for one in exercises if not progress.passed(one) and not what_is_lacking(one)]


def what_is_lacking(each: Exercise) -> str:
    """Return why a check can't run on this machine, or nothing."""
    return lacking(each.needs) if each.needs else ""


def said(text: str) -> list[str]:
    """Return the lines that a text takes."""
    lines = textwrap.wrap(text, WIDTH - len("  "), max_lines=MOST_LINES, placeholder=" ...")
    return [f"  {line}" for line in lines]


def say(text: str) -> None:
    print("\n".join(said(text)))


def is_solved(each: Exercise, again: bool = False) -> bool:
    """Return whether its check passes, or has passed: progress is what the files say."""
    if each.is_untouched:  # none passes as it is shipped
        return False
    if progress.passed(each) and not again:
        return True
    try:
        check_copy(each)
    except (Wrong, InstrumentError):
        return False
    return True
