"""The exercises: what is told of each, and the function that checks it."""

import hashlib
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from instrument.edges.processes import ROOT

FOLDER = ROOT / "exercises"
SOLUTIONS = FOLDER / "solutions"
COPIES = ROOT / "my_exercises"  # the reader's own, which git ignores
SUMS = Path(__file__).with_name("shipped.sha256")  # they tell an edited file from a shipped one
SUM_OF = {name: known for known, name in map(str.split, SUMS.read_text("utf-8").splitlines())}


class Wrong(Exception):
    """What a teacher would say of a file that does not do its task yet."""


class Guessed(Wrong):
    """What is said of a number that is wrong: in a reader's copy, others are not taken."""


Check = Callable[[Path, Path], str]  # of a file, with a folder for logs; says what it saw


@dataclass(frozen=True)
class Exercise:
    number: int
    check: Check
    title: str
    chapter: str  # the folder of the chapter to which it belongs
    section: str  # a heading of the chapter's page
    minutes: int
    difficulty: int  # 1 to 3
    hint: str  # the first: an idea
    spelling: str  # the second hint
    why: str  # what is said after success
    needs: str = ""  # a program, without which it is passed over

    @property
    def name(self) -> str:
        return next(name for name in SUM_OF if name.startswith(f"{self.number:02}_"))

    @property
    def path(self) -> Path:
        return COPIES / self.name

    @property
    def original(self) -> Path:
        return FOLDER / self.name

    @property
    def solution(self) -> Path:
        return SOLUTIONS / self.name

    @property
    def is_untouched(self) -> bool:
        return self.path.is_file() and self.is_shipped(self.path.read_bytes())

    def is_shipped(self, content: bytes) -> bool:
        """Return whether a file's content is as it was shipped."""
        return checksum(content) == SUM_OF[self.name]


# what is told of each, by number, in the order of the chapters
CATALOGUE = tomllib.loads(Path(__file__).with_name("catalogue.toml").read_text("utf-8"))
EXERCISES: dict[int, Exercise] = {}


def exercise(number: int) -> Callable[[Check], Check]:
    """Make a function the check of an exercise: it raises Wrong, or says what it saw."""

    def add(check: Check) -> Check:
        EXERCISES[number] = Exercise(number, check, **CATALOGUE[str(number)])
        return check

    return add


def by_chapter() -> list[Exercise]:
    """Return all, in the order of the chapters."""
    return [EXERCISES[int(number)] for number in CATALOGUE]


def checksum(content: bytes) -> str:
    plain = content.replace(b"\r\n", b"\n")  # git may write the one in place of the other
    return hashlib.sha256(plain).hexdigest()


def place(path: Path) -> Path:
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
