"""Each question for a prediction has a mark, behind which the book covers what gives the answer away.

It covers what follows, up to the next heading or <!-- /predict -->.
"""

import re
from itertools import chain, pairwise

import pytest
from markdown_it import MarkdownIt

from tests.support.texts import CHAPTERS, TEXTS

PAGES = ["README.md", *(f"{chapter}/README.md" for chapter in CHAPTERS)]
START, END = "<!-- predict -->", "<!-- /predict -->"
COMMENT = re.compile(r"<!-- ((stop|gone) [\w-]+|anew|/?predict|(end of )?table [\w-]+) -->")
ASKS = re.compile(
    r"\?(?=[\s).]|$)|\b[Pp]redict\b|\bguess which\b|\bDraw\b.*\bwhen\b|\bWrite down\b"
)
ANSWERED = "the next sentence answers it"
UNKNOWN = "nothing above tells it"
WITHOUT = {  # how a paragraph begins that asks, and has no mark; and why
    "This is a workshop on WSGI": "tells what the workshop does",
    "Does everything run on your machine?": ANSWERED,
    "Where did the fifth request wait?": ANSWERED,
    "Two slow servers have": "tells what the chapter asks, before it explains the words",
    "From here on, the users ask": "names what predicts",
    "Both are Little's law": ANSWERED,
    "FastAPI writes all this for you": UNKNOWN,
    "What if the master dies?": UNKNOWN,
    "What does it cost?": UNKNOWN,
    "What did the metrics cost here?": UNKNOWN,
    "How many workers and threads does your": "tells what the chapter asks",
    "X × S = 5.3 × 0.2 = 1.1": ANSWERED,
    "You will learn when not to believe": "asks about the reader's own application",
}


def blocks(text):
    """Yield each outermost block of a page: its type, its words without code and links, its line."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    starts = [place for place, token in enumerate(tokens) if not token.level and token.nesting >= 0]
    for place, after in zip(starts, [*starts[1:], None], strict=True):
        said = "\n".join(each.content for each in tokens[place:after] if each.type == "inline")
        words = re.sub(r"`[^`]*`|\[[^]]*\]\([^)]*\)", "…", said) or tokens[place].content.strip()
        yield tokens[place].type, words, tokens[place].map[0] + 1


def asks(kind, words):
    """Return whether a block asks the reader. Bold at its start is a question that readers ask."""
    said = re.sub(r"^\*\*[^*]*\*\*", "", words)
    return kind in ("paragraph_open", "ordered_list_open") and bool(ASKS.search(said))


def wrong(text):
    """Return which question of a page has no mark, and which mark is at a wrong place."""
    comments = re.findall(r"<!--.*?-->", text, re.DOTALL)
    found = [f"unknown: {each}" for each in comments if not COMMENT.fullmatch(each)]
    covered = False
    every = [*blocks(text), ("heading_open", "", 0)]
    for (kind, words, line), (kind_after, after, _) in pairwise(every):
        is_question = asks(kind, words) and not words.startswith(tuple(WITHOUT))
        if is_question and covered:
            found.append(f"line {line}: a question that is covered: end it before")
        if is_question and not after.startswith((START, "<details>")):  # a fold hides its answer
            found.append(f"line {line}: no mark: {words}")
        if after == START and not is_question:
            found.append(f"line {line}: no question: {words}")
        if words == START and (kind_after == "heading_open" or after == END):
            found.append(f"line {line}: nothing is covered")
        if words == END and not covered:
            found.append(f"line {line}: an end without a beginning")
        covered = words == START or (covered and words != END and kind != "heading_open")
    return found


@pytest.mark.parametrize("name", PAGES)
def test_each_question_for_a_prediction_has_a_mark(name):
    assert wrong(TEXTS[name]) == []


def test_each_question_without_a_mark_is_still_asked():
    every = chain.from_iterable(blocks(TEXTS[name]) for name in PAGES)
    asked = [words for kind, words, _ in every if asks(kind, words)]
    assert not [each for each in WITHOUT if not any(words.startswith(each) for words in asked)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("When?\n\nNow.", ["line 1: no mark: When?"]),
        ("**1.** Predict it.\n\nNow.", ["line 1: no mark: **1.** Predict it."]),
        ("Then.\n\n<!-- predict -->\n\nNow.", ["line 1: no question: Then."]),
        ("When?\n\n<!-- predict -->\n\n# Next", ["line 3: nothing is covered"]),
        ("Then.\n\n<!-- /predict -->", ["line 3: an end without a beginning"]),
        ("When?\n\n<!-- perdict -->", ["unknown: <!-- perdict -->", "line 1: no mark: When?"]),
        (
            "When?\n\n<!-- predict -->\n\nNow.\n\nWhere?\n\n<!-- predict -->\n\nHere.",
            ["line 7: a question that is covered: end it before"],
        ),
    ],
)
def test_a_mark_that_lacks_is_found(text, told):
    assert wrong(text) == told
