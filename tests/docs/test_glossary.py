"""The glossary: every place exists and has the word, and no term of a chapter is missing.

Where one of these fails after a chapter was rewritten, the message says what to change.
"""

import re
from difflib import get_close_matches

import pytest
from markdown_it import MarkdownIt

from instrument.edges.processes import ROOT
from tests.support.terminal import CHAPTERS
from tests.test_readmes import anchors

GLOSSARY = ROOT / "docs/glossary.md"
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
LINES = [
    line for line in GLOSSARY.read_text(encoding="utf-8").splitlines() if line.startswith("- ")
]
ENTRIES = [ENTRY.fullmatch(line) for line in LINES]


def plain(term):
    """Return a term without its capitals, and its words without a plural's s."""
    return " ".join(word.removesuffix("s") for word in term.lower().replace("\n", " ").split())


def italics(text):
    """Return what a text sets in italics, as it is read."""
    tokens = [token for token in MarkdownIt().parse(text) if token.type == "inline"]
    children = [child for token in tokens for child in [*token.children, None]]
    found, inside = [], None
    for child in children:
        if child and child.type == "em_open":
            inside = ""
        elif child and child.type == "em_close":
            found.append(inside)
            inside = None
        elif child and inside is not None:
            inside += child.content or " "
    return found


def section(text, anchor):
    """Return a section with what is below it, up to the next heading of its rank."""
    headings = list(re.finditer(r"^(##+) .+$", text, re.MULTILINE))
    [place] = (at for at, each in enumerate(headings) if anchor in anchors(each[0]))
    rank, start = len(headings[place][1]), headings[place].start()
    after = (each.start() for each in headings[place + 1 :] if len(each[1]) <= rank)
    return text[start : next(after, None)]


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
def test_the_place_exists_and_has_the_word(entry):
    name, _, anchor = entry["place"].partition("#")
    path = (GLOSSARY.parent / name).resolve()
    where = f"docs/glossary.md, {entry['term']}: {entry['place']}"
    assert path.is_file(), f"{where}: there is no such file"
    assert path.parent.name in CHAPTERS, f"{where}: link to a chapter"
    there = anchors(path.read_text(encoding="utf-8"))
    near = get_close_matches(anchor, there, 3, 0.3) or sorted(there)
    assert anchor in there, f"{where}: there is no such heading; the nearest: {', '.join(near)}"
    text = plain(re.sub(r"[*`_,.;:()]", " ", section(path.read_text(encoding="utf-8"), anchor)))
    assert plain(entry["term"]) in text, f"{where}: the section does not have this word"


@pytest.mark.parametrize("chapter", sorted(CHAPTERS))
def test_every_term_that_a_chapter_sets_in_italics_is_there(chapter):
    text = (ROOT / chapter / "README.md").read_text(encoding="utf-8")
    headings = {heading for name in CHAPTERS for heading in headings_of(name)}
    known = {plain(term) for term in [*headings, *NO_TERMS]}
    known |= {plain(entry["term"]) for entry in ENTRIES}
    unknown = [each for each in italics(text) if plain(each) not in known]
    assert not unknown, (
        f"{chapter}/README.md sets in italics what docs/glossary.md lacks: {', '.join(unknown)}. "
        "Add it there, or to NO_TERMS in this test where it is no term."
    )


def headings_of(chapter):
    text = (ROOT / chapter / "README.md").read_text(encoding="utf-8")
    return re.findall(r"^#+ (.+)$", text, re.MULTILINE)
