"""What passed, by a copy's content, and where a prediction was wrong: a file beside the copies."""

from pathlib import Path

from instrument.edges.errors import InstrumentError
from instrument.exercises.catalogue import COPIES, Exercise, checksum, place

RECORD = COPIES / "passed.sha256"
GUESSED = "guessed"


def lines() -> set[str]:
    try:
        return set(RECORD.read_text("utf-8", "replace").splitlines())
    except OSError:  # there is none yet
        return set()


def passed(each: Exercise) -> bool:
    """Return whether a copy's content has passed: then it is not checked again."""
    return each.path.is_file() and line_of(each) in lines()


def line_of(each: Exercise) -> str:
    return f"{checksum(each.path.read_bytes())}  {each.name}"


def note(line: str, is_true: bool) -> None:
    """Write a line, or take it away."""
    told = lines()
    if (line in told) == is_true:
        return
    told = told | {line} if is_true else told - {line}
    try:
        RECORD.write_text("".join(f"{each}\n" for each in sorted(told)), "utf-8")
    except OSError as error:
        raise InstrumentError(f"{place(RECORD)} can't be written: {error.strerror}") from error


def has_guessed(path: Path) -> bool:
    """Return whether the first prediction was wrong in a reader's copy: elsewhere, each counts."""
    return path.parent == COPIES and f"{GUESSED}  {path.name}" in lines()


def note_guess(each: Exercise) -> None:
    note(f"{GUESSED}  {each.name}", is_true=True)
