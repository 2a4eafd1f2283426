"""The page of questions: each is short, and has a link to the section or the row that answers it."""

import re

import pytest

from tests.support.texts import TEXTS, section

LINK = re.compile(r"\[([^]]+)\]\(([^)]*)\)")
ENTRY = re.compile(r"- \*\*(?P<question>[^*]+\?)\*\* (?P<answer>.+?) (?P<links>\[.+\))")
LINES = [line for line in TEXTS["docs/questions.md"].splitlines() if line.startswith("- ")]


def test_each_question_is_there_once_with_a_short_answer_and_a_link():
    wrong = [line for line in LINES if not ENTRY.fullmatch(line)]
    assert not wrong, "write: - **Question?** One or two sentences. [Heading or row](PLACE)"
    entries = [ENTRY.fullmatch(line) for line in LINES]
    assert len({entry["question"] for entry in entries}) == len(entries) >= 60
    for entry in entries:
        assert len(re.findall(r"[.?] |[.?]$", entry["answer"])) <= 2, entry["question"]
        assert LINK.sub("", entry["links"]).strip(", ") == "", entry["question"]


@pytest.mark.parametrize(("text", "place"), sorted(set(LINK.findall("\n".join(LINES)))))
def test_a_link_names_the_heading_to_which_it_leads_or_a_row_below_it(text, place):
    name, _, anchor = place.removeprefix("../").partition("#")
    heading, _, below = section(TEXTS[name or "docs/questions.md"], anchor).partition("\n")
    titles = re.findall(r"^\| ([^|]+) \|", below, re.MULTILINE)
    assert text in {heading.lstrip("# "), *titles}, f"{place}: neither the heading nor a row"
