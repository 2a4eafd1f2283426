"""Answers to the exercises, a file each: the right ones pass, the others get the message that fits.

The first line of a wrong one says what its message contains, after "# says: "; A|B is A or B.
"""

import shutil
from pathlib import Path

import pytest

from instrument.exercises import cli  # noqa: F401  which knows all checks
from instrument.exercises.book import EXERCISES, Wrong
from instrument.exercises.checking import checked, said, what_is_lacking
from tests.exercises.attempts import WRONG

CASES = sorted((Path(__file__).parent / "cases").glob("*.py"))


def kinds(number, kind):
    return [each for each in CASES if each.name.startswith(f"{number:02}_{kind}_")]


@pytest.mark.parametrize("number", sorted(EXERCISES))
def test_there_are_answers_of_both_kinds(number):
    assert len(kinds(number, "right")) >= 2
    assert len(kinds(number, "wrong")) + len(WRONG.get(number, [])) >= 3


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_an_answer_is_judged_as_its_name_says_wherever_it_lies(case, strange_folder):
    number = int(case.name[:2])
    if why := what_is_lacking(EXERCISES[number]):
        pytest.skip(why)
    copy = strange_folder / EXERCISES[number].name
    shutil.copy(case, copy)
    if case.name.split("_")[1] == "right":
        assert checked(EXERCISES[number], copy)
        return
    with pytest.raises(Wrong) as wrong:
        checked(EXERCISES[number], copy)
    told = str(wrong.value)
    first, _, _ = case.read_text(encoding="utf-8").partition("\n")
    assert first.startswith("# says: ")
    assert any(words in told for words in first.removeprefix("# says: ").split("|")), told
    assert "".join(said(told)).split() == told.split()
