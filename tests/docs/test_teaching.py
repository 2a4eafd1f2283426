"""The notes for teaching: timetables that add up, and a question for every section of a chapter.

The exercises have a page of their own, and neither minutes in the day nor rows.
"""

import re

import pytest

from tests.support.terminal import CHAPTERS, TEXTS
from tests.test_readmes import anchors

PAGE = TEXTS["docs/teaching.md"]
TIMETABLES = re.findall(
    r"^## (?:[\w ]+: )?(\d+) minutes\n(.*?)(?=^## )", PAGE, re.MULTILINE | re.DOTALL
)
MINUTES = [minutes for minutes, _ in TIMETABLES]
TAUGHT = sorted(set(CHAPTERS) - {"exercises"})
WITHOUT_PREDICTION = {"Questions that people ask", "Try"}
IN_TABLE = r"^\| \d \| \[.*?\]\((\w+)/README.md\).*\| (\d+(?: \+ \d+)?)[^|]*\|$"
MEASURED = {
    name: text.strip() for name, text in re.findall(IN_TABLE, TEXTS["README.md"], re.MULTILINE)
}


def beginning(chapter):
    """Return what a chapter says before its first section, in one line."""
    return " ".join(TEXTS[f"{chapter}/README.md"].partition("\n## ")[0].split())


def planned(text):
    """Yield each chapter that a row of a timetable names, with the row's minutes and its text."""
    for total, *_, what in rows(text):
        if chapter := re.search(r"\[Chapter \d\]\(\.\./(\w+)/README.md\)", what):
            yield chapter[1], int(total), what


def rows(text):
    """Return the cells of a table's rows, without its heading."""
    lines = [line for line in text.splitlines() if re.match(r"\| *\d", line)]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize(("minutes", "text"), TIMETABLES, ids=MINUTES)
def test_the_minutes_of_a_timetable_add_up(minutes, text):
    total = sum(int(row[0]) for row in rows(text))
    assert total == int(minutes), f"docs/teaching.md, {minutes} minutes: the rows are {total}"


def test_there_are_three_timetables_and_the_day_has_every_chapter():
    assert MINUTES == ["90", "240", "420"]
    assert sorted(MEASURED) == TAUGHT, "README.md: a row, with minutes, for each chapter"
    day = sorted(chapter for chapter, *_ in planned(TIMETABLES[2][1]))
    assert day == TAUGHT, "docs/teaching.md, A day: a row for each chapter"


@pytest.mark.parametrize(("minutes", "text"), TIMETABLES[1:], ids=MINUTES[1:])
def test_a_chapter_gets_the_minutes_that_it_takes(minutes, text):
    for chapter, total, what in planned(text):
        needed = sum(map(int, MEASURED[chapter].split("+")))
        assert needed <= total, f"docs/teaching.md, {minutes} minutes, {what}: it takes {needed}"


@pytest.mark.parametrize("chapter", TAUGHT)
def test_a_chapter_names_the_minutes_of_the_front_page(chapter):
    said = re.findall(r"about (\d+) minutes(?:[^.\d]* (\d+))?", beginning(chapter))
    assert [" + ".join(filter(None, each)) for each in said] == [MEASURED.get(chapter)], (
        f"{chapter}/README.md: name the front page's minutes before the first section"
    )


@pytest.mark.parametrize("chapter", ["wsgi", "asgi", "compare"])
def test_a_chapter_names_the_sections_that_90_minutes_take(chapter):
    _, _, named = beginning(chapter).partition("In a workshop of 90 minutes, take ")
    taken = re.findall(rf"\(\.\./{chapter}/README\.md#([^)]+)\)", TIMETABLES[0][1])
    assert taken == re.findall(r"\(#([^)]+)\)", named), f"docs/teaching.md, {chapter}"


@pytest.mark.parametrize("chapter", TAUGHT)
def test_every_section_of_a_chapter_has_a_prediction_and_a_question(chapter):
    every = re.findall(r"^##+ (.+)$(?!\n+#)", TEXTS[f"{chapter}/README.md"], re.MULTILINE)
    headings = set(every) - WITHOUT_PREDICTION
    wanted = {anchor for heading in headings for anchor in anchors(f"## {heading}\n")}
    _, _, predictions = PAGE.partition("## What people predict")
    each = rf"^\| \[[^]]+\]\(\.\./{chapter}/README\.md#([^)]+)\) \| [^|]+ \| [^|]+ \|$"
    links = re.findall(each, predictions, re.MULTILINE)
    named, where = set(links), f"docs/teaching.md, {chapter}"
    assert len(links) == len(named), f"{where}: a section with two rows, and the book shows both"
    assert not wanted - named, f"{where}: no row for {', '.join(sorted(wanted - named))}"
    assert not named - wanted, (
        f"{where}: no such section any more: {', '.join(sorted(named - wanted))}"
    )
