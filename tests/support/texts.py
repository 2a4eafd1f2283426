"""The pages of the workshop: their texts, which of them are chapters, and their sections."""

import re
from functools import cache

from markdown_it import MarkdownIt

from instrument.edges.processes import ROOT

READMES = [
    path
    for path in sorted(ROOT.rglob("*.md"))
    if not re.search(r"(^|/)(\.|results/|my_exercises/)", str(path.relative_to(ROOT)))
]
TEXTS = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in READMES}
NO_CHAPTERS = (ROOT, ROOT / "instrument", ROOT / "docs", ROOT / "book")
CHAPTERS = [path.parent.name for path in READMES if path.parent not in NO_CHAPTERS]


@cache
def anchors(text):
    """Return the names under which headings can be linked to."""
    tokens = MarkdownIt().parse(text)
    headings = [
        tokens[place + 1].content
        for place, token in enumerate(tokens)
        if token.type == "heading_open"
    ]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def section(text, anchor):
    """Return a section with what is below it, up to the next heading of its rank."""
    headings = list(re.finditer(r"^(##+) .+$", text, re.MULTILINE))
    [place] = (at for at, each in enumerate(headings) if anchor in anchors(each[0]))
    rank, start = len(headings[place][1]), headings[place].start()
    after = (each.start() for each in headings[place + 1 :] if len(each[1]) <= rank)
    return text[start : next(after, None)]
