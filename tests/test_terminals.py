"""A reader of the rendered page is told in which terminal each block is typed."""

import re

import pytest
from markdown_it import MarkdownIt

from instrument.edges.processes import ROOT
from tests.support.terminal import CHAPTERS


def without_terminal(text):
    """Return the lines of the blocks whose section, up to them, names no terminal."""
    told, found = "", []
    for token in MarkdownIt("commonmark").parse(text):
        is_mark = re.match("<!-- /?predict -->", token.content)  # which only the book reads
        if token.type in ("heading_open", "html_block") and not is_mark:
            told = ""
        told += token.content if token.type == "inline" else ""
        is_typed = token.type == "fence" and token.info.startswith("console")
        if is_typed and not re.search(r"[Tt]erminal \d", told):
            found.append(token.map[0] + 1)
    return found


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_block_is_typed_in_a_terminal_that_is_named(chapter):
    assert not without_terminal((ROOT / chapter / "README.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Terminal 1:\n\n```console\n$ true\n```", []),
        ("Back in terminal 1:\n\n```console log=8000\ntrue\n```", []),
        ("```console\n$ true\n```", [1]),
        ("Terminal 1:\n\n# Next\n\n```console\n$ true\n```", [5]),
    ],
)
def test_a_block_without_a_terminal_is_found(text, lines):
    assert without_terminal(text) == lines
