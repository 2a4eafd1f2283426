"""The exercises: what each is called, its hint, and the function that checks it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from instrument.processes import ROOT

FOLDER = ROOT / "exercises"
SOLUTIONS = FOLDER / "solutions"
SHIPPED = Path(__file__).with_name("shipped")  # the files as they were, which reset restores


class Wrong(Exception):
    """What a teacher would say of a file that does not do its task yet."""


@dataclass(frozen=True)
class Exercise:
    number: int
    title: str
    chapter: str  # the folder of the chapter to which it belongs
    hint: str
    check: Callable[[Path, Path], str]  # of a file, with a folder for logs; says what it saw

    @property
    def shipped(self) -> Path:
        (path,) = SHIPPED.glob(f"{self.number:02}_*")
        return path

    @property
    def path(self) -> Path:
        return FOLDER / self.shipped.name

    @property
    def solution(self) -> Path:
        return SOLUTIONS / self.shipped.name

    @property
    def is_untouched(self) -> bool:
        return self.path.is_file() and self.path.read_bytes() == self.shipped.read_bytes()


EXERCISES: dict[int, Exercise] = {}


def exercise(number: int, title: str, chapter: str, hint: str) -> Callable:
    """Make a function the check of an exercise: it raises Wrong, or says what it saw."""

    def add(check: Callable[[Path, Path], str]) -> Callable[[Path, Path], str]:
        EXERCISES[number] = Exercise(number, title, chapter, hint, check)
        return check

    return add
