"""Checks an exercise again whenever its file is saved; keys give a hint, skip it, or quit."""

import os
import select
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, repeat
from pathlib import Path

from watchfiles import watch

from instrument.edges import signals
from instrument.exercises.catalogue import COPIES, Exercise
from instrument.exercises.checking import check_one, say, unsolved

KEYS = "h: hint   s: skip   q: quit   Saving the file checks it again."
LOOK = 200  # milliseconds between two looks for a key


def watched(exercises: list[Exercise]) -> bool:
    """Go through what is not solved; return whether nothing of it is left."""
    left = unsolved(exercises)
    solved = 0
    with keys_at_once():
        for each in left:
            key = watch_one(each)
            if key == "q":
                return False
            solved += key == ""
    print(f"{solved} of {len(left)} were solved just now. No other one is left to watch.")
    return solved == len(left)


def watch_one(each: Exercise) -> str:
    """Check it until it is solved, which returns nothing, or until the key that is returned."""
    hints = chain([each.hint], repeat(each.spelling))
    for event in events(each.path):
        if event in ("s", "q"):
            print()
            return event
        if event == "h":
            say(next(hints))
        elif event in ("begun", "saved"):
            if event == "saved":
                print()
            if check_one(each):
                print()
                return ""
            print(KEYS, flush=True)
    return "q"


def events(path: Path) -> Iterator[str]:
    """Yield "begun", then each key, and "saved" whenever a file has another content than before."""
    seen = content_of(path)
    yield "begun"
    for _ in watch(COPIES, yield_on_timeout=True, rust_timeout=LOOK, raise_interrupt=False):
        signals.check()
        if (now := content_of(path)) != seen:
            seen = now
            yield "saved"
        if key := pressed():
            yield key


def content_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # some editors write another file, and move it here
        return b""


@contextmanager
def keys_at_once() -> Iterator[None]:
    """Let the terminal hand over each key when it is pressed."""
    if not sys.stdin.isatty():
        yield
        return
    before = termios.tcgetattr(sys.stdin)
    tty.setcbreak(sys.stdin)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def pressed() -> str:
    """Return a key that was pressed, or nothing."""
    if sys.stdin.isatty() and select.select([sys.stdin], [], [], 0)[0]:
        return os.read(sys.stdin.fileno(), 1).decode("ascii", "replace")
    return ""
