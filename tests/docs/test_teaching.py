"""The notes for teaching: timetables that add up, and a question for every section of a chapter.

The exercises have a page of their own, and neither minutes in the day nor rows.
"""

import re

import pytest

from instrument.processes import ROOT
from tests.support.terminal import CHAPTERS
from tests.test_readmes import anchors

PAGE = (ROOT / "docs/teaching.md").read_text()
TIMETABLES = re.findall(
    r"^## (?:[\w ]+: )?(\d+) minutes\n(.*?)(?=^## )", PAGE, re.MULTILINE | re.DOTALL
)
TAUGHT = sorted(set(CHAPTERS) - {"exercises"})
FRONT_PAGE = (ROOT / "README.md").read_text()
WITHOUT_PREDICTION = {"Questions that people ask", "Try"}


def rows(text):
    """Return the cells of a table's rows, without its heading."""
    lines = [line for line in text.splitlines() if re.match(r"\| *\d", line)]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize(("minutes", "text"), TIMETABLES, ids=lambda value: value[:3])
def test_the_minutes_of_a_timetable_add_up(minutes, text):
    planned = sum(int(row[0]) for row in rows(text))
    assert planned == int(minutes), f"docs/teaching.md, {minutes} minutes: the rows are {planned}"


def test_there_are_three_timetables_and_the_day_takes_the_minutes_of_the_front_page():
    assert [minutes for minutes, _ in TIMETABLES] == ["90", "240", "420"]
    in_table = r"^\| \d \| \[.*?\]\((\w+)/README.md\).*\| (\d+(?: \+ \d+)?)[^|]*\|$"
    measured = {name: text.strip() for name, text in re.findall(in_table, FRONT_PAGE, re.MULTILINE)}
    assert sorted(measured) == TAUGHT, "README.md: the table of chapters has another form"
    read = {}
    for total, minutes, what in rows(TIMETABLES[2][1]):
        if chapter := re.search(r"\[Chapter \d\]\(\.\./(\w+)/README.md\)", what):
            read[chapter[1]] = minutes
            assert sum(map(int, minutes.split("+"))) <= int(total), f"{what}: too few minutes"
    assert read == measured, "docs/teaching.md, A day: take the minutes of the front page"


@pytest.mark.parametrize("chapter", TAUGHT)
def test_every_section_of_a_chapter_has_a_prediction_and_a_question(chapter):
    text = (ROOT / chapter / "README.md").read_text()
    headings = set(re.findall(r"^## (.+)$", text, re.MULTILINE)) - WITHOUT_PREDICTION
    wanted = {anchor for heading in headings for anchor in anchors(f"## {heading}\n")}
    _, _, predictions = PAGE.partition("## What people predict")
    named = set(
        re.findall(
            rf"^\| \[[^]]+\]\(\.\./{chapter}/README\.md#([^)]+)\) \|", predictions, re.MULTILINE
        )
    )
    where = f"docs/teaching.md, {chapter}"
    assert not wanted - named, f"{where}: no row for {', '.join(sorted(wanted - named))}"
    assert not named - wanted, (
        f"{where}: no such section any more: {', '.join(sorted(named - wanted))}"
    )
