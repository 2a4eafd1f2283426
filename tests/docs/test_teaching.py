"""The notes for teaching: timetables that add up, and a question for every section of a chapter.

The exercises have a page of their own, and neither minutes in the day nor rows.
"""

import re

import pytest

from tests.support.texts import CHAPTERS, TEXTS, anchors

PAGE = TEXTS["docs/teaching.md"]
ROW = re.compile(r"^\| (\d+) \| (.+) \|$", re.MULTILINE)
TIMETABLE = re.compile(r"^## (?:[\w ]+: )?(\d+) minutes\n(.*?)(?=^## )", re.MULTILINE | re.DOTALL)
TIMETABLES = {
    int(total): [(int(minutes), what) for minutes, what in ROW.findall(text)]
    for total, text in TIMETABLE.findall(PAGE)
}
TAUGHT = sorted(set(CHAPTERS) - {"exercises"})
WITHOUT_PREDICTION = {"Questions that people ask", "Try"}
IN_TABLE = r"^\| \d \| \[.*?\]\((\w+)/README.md\).*\| (\d+(?: \+ \d+)?)[^|]*\|$"
MEASURED = {
    name: text.strip() for name, text in re.findall(IN_TABLE, TEXTS["README.md"], re.MULTILINE)
}


def beginning(chapter):
    """Return what a chapter says before its first section, in one line."""
    return " ".join(TEXTS[f"{chapter}/README.md"].partition("\n## ")[0].split())


def planned(total):
    """Yield each chapter that a row of a timetable names, with the row's minutes."""
    for minutes, what in TIMETABLES[total]:
        if chapter := re.match(r"\[Chapter \d\]\(\.\./(\w+)/README.md\)", what):
            yield chapter[1], minutes


def test_there_are_three_timetables_whose_minutes_add_up():
    sums = {total: sum(minutes for minutes, _ in rows) for total, rows in TIMETABLES.items()}
    assert sums == {90: 90, 240: 240, 420: 420}


def test_the_front_page_and_the_day_have_a_row_for_each_chapter():
    assert sorted(MEASURED) == TAUGHT, "README.md: a row, with minutes, for each chapter"
    assert sorted(dict(planned(420))) == TAUGHT, "docs/teaching.md, A day"


@pytest.mark.parametrize("total", [240, 420])
def test_a_chapter_gets_the_minutes_that_it_takes(total):
    for chapter, minutes in planned(total):
        needed = sum(map(int, MEASURED[chapter].split("+")))
        assert needed <= minutes, f"docs/teaching.md, {total} minutes: {chapter} takes {needed}"


@pytest.mark.parametrize("chapter", TAUGHT)
def test_a_chapter_names_the_minutes_of_the_front_page(chapter):
    said = re.findall(r"about (\d+) minutes(?:[^.\d]* (\d+))?", beginning(chapter))
    assert [" + ".join(filter(None, each)) for each in said] == [MEASURED.get(chapter)], (
        f"{chapter}/README.md: name the front page's minutes before the first section"
    )


@pytest.mark.parametrize("chapter", ["wsgi", "asgi", "compare"])
def test_a_chapter_names_the_sections_that_90_minutes_take(chapter):
    _, _, named = beginning(chapter).partition("In a workshop of 90 minutes, take ")
    rows = " ".join(what for _, what in TIMETABLES[90])
    taken = re.findall(rf"\(\.\./{chapter}/README\.md#([^)]+)\)", rows)
    assert taken == re.findall(r"\(#([^)]+)\)", named), f"docs/teaching.md, {chapter}"


@pytest.mark.parametrize("chapter", TAUGHT)
def test_every_section_of_a_chapter_has_a_prediction_and_a_question(chapter):
    every = re.findall(r"^##+ (.+)$(?!\n+#)", TEXTS[f"{chapter}/README.md"], re.MULTILINE)
    headings = set(every) - WITHOUT_PREDICTION
    wanted = {anchor for heading in headings for anchor in anchors(f"## {heading}\n")}
    _, _, predictions = PAGE.partition("## What people predict")
    each = rf"^\| \[[^]]+\]\(\.\./{chapter}/README\.md#([^)]+)\) \| [^|]+ \| [^|]+ \|$"
    links = re.findall(each, predictions, re.MULTILINE)
    wrong = {each for each in wanted | {*links} if links.count(each) != (each in wanted)}
    assert not wrong, f"docs/teaching.md: one row for each section of {chapter}: {sorted(wrong)}"
