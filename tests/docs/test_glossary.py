"""The glossary: every place exists and has the word, and no term of a chapter is missing.

Where one of these fails after a chapter was rewritten, the message says what to change.
"""

import re
from html import unescape
from itertools import chain

import pytest
from markdown_it import MarkdownIt

from tests.support.texts import CHAPTERS, TEXTS, section

ENTRY = re.compile(r"- \*\*(?P<term>[^*]+)\*\*: (?P<text>.+) \[[^]]+\]\((?P<place>[^)]+)\)")
NO_TERMS = {  # what chapters set in italics, and is no term: stress, formulas, names of pages, rows and buttons
    "appears unsupported",
    "charts",
    "connection",
    "control socket listening at",
    "current rps",
    "fastapi, async driver",
    "fastapi, threads",
    "no framework, threads",
    "first",
    "internal error",
    "flask, gthread",
    "request",
    "service restart",
    "starlette, threads",
    "the work alone",
    "throughput / ceiling",
    "throughput = requests in progress / seconds that each takes",
    "try it out",
    "users",
}
LINES = [line for line in TEXTS["docs/glossary.md"].splitlines() if line.startswith("- ")]
ENTRIES = [ENTRY.fullmatch(line) for line in LINES]
HEADINGS = {
    name: re.findall(r"^#+ (.+)$", TEXTS[name], re.MULTILINE)
    for name in (f"{chapter}/README.md" for chapter in CHAPTERS)
}


def plain(term):
    """Return a term without its capitals, and its words without a plural's s."""
    return " ".join(word.removesuffix("s") for word in term.lower().replace("\n", " ").split())


def italics(text):
    """Return what a text sets in italics, as it is read."""
    set_so = re.findall("<em>(.+?)</em>", MarkdownIt().render(text), re.DOTALL)
    return [unescape(re.sub("<[^>]+>", "", each)) for each in set_so]


def test_each_entry_has_a_term_a_text_and_a_place_and_they_are_in_order():
    wrong = [line for line, entry in zip(LINES, ENTRIES, strict=True) if not entry]
    assert not wrong, (
        "write: - **term**: One or two sentences. [Heading](../CHAPTER/README.md#anchor)"
    )
    terms = [entry["term"].lower() for entry in ENTRIES]
    assert terms == sorted(set(terms))
    assert len(terms) >= 30
    for entry in ENTRIES:
        assert len(re.findall(r"\. |\.$", entry["text"])) <= 2, f"{entry['term']}: two sentences"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry and entry["term"])
def test_the_section_to_which_an_entry_links_is_a_chapter_s_and_has_the_word(entry):
    name, _, anchor = entry["place"].removeprefix("../").partition("#")
    where = f"docs/glossary.md, {entry['term']}: {entry['place']}"
    assert name in HEADINGS, f"{where}: link to a chapter"
    text = plain(re.sub(r"[*`_,.;:()]", " ", section(TEXTS[name], anchor)))
    assert plain(entry["term"]) in text, f"{where}: the section does not have this word"


@pytest.mark.parametrize("name", HEADINGS)
def test_every_term_that_a_chapter_sets_in_italics_is_there(name):
    every = [*NO_TERMS, *chain(*HEADINGS.values()), *(entry["term"] for entry in ENTRIES)]
    known = {plain(each) for each in every}
    unknown = [each for each in italics(TEXTS[name]) if plain(each) not in known]
    assert not unknown, (
        f"{name} sets in italics what docs/glossary.md lacks: {', '.join(unknown)}. "
        "Add it there, or to NO_TERMS in this test where it is no term."
    )
