"""The reader's copies of the exercises: made at the first call, and never overwritten unasked."""

import subprocess
from collections.abc import Iterable

from instrument.edges.errors import InstrumentError
from instrument.edges.processes import ROOT
from instrument.edges.tools import find
from instrument.exercises.catalogue import COPIES, Exercise, place


def make_copies(exercises: Iterable[Exercise]) -> None:
    """Copy each file that has no copy yet, also one that was edited where it was shipped."""
    if COPIES.exists() and not COPIES.is_dir():
        raise InstrumentError(
            f"{place(COPIES)} is a file: rename it, since your copies need a folder of that name"
        )
    try:
        COPIES.mkdir(exist_ok=True)
        for each in exercises:
            if each.original.is_file():
                make_copy(each, each.original.read_bytes())
    except OSError as error:
        raise InstrumentError(
            f"{place(COPIES)}/ can't hold your copies ({error.strerror}, {error.filename}): "
            "put the workshop into a folder where you may write"
        ) from error


def make_copy(each: Exercise, content: bytes) -> None:
    is_edited = not each.is_shipped(content)
    original, copy = place(each.original), place(each.path)
    if not each.path.exists():
        each.path.write_bytes(content)
        if is_edited:
            print(f"Your changes to {original} were copied to {copy}: go on there.\n")
    elif is_edited and each.is_untouched:
        print(f"{original} has changed, and is not checked: edit {copy}.\n")


def shipped(each: Exercise) -> bytes:
    """Return a file's content as it was shipped: git has it where the file was edited."""
    content = each.original.read_bytes() if each.original.is_file() else b""
    if not each.is_shipped(content) and (git := find("git")):
        command = [git, "show", f"HEAD:./{place(each.original)}"]
        content = subprocess.run(command, cwd=ROOT, capture_output=True, check=False).stdout
    if not each.is_shipped(content):
        raise InstrumentError(
            f"{place(each.original)} is not as it was shipped: get it from the repository again"
        )
    return content
