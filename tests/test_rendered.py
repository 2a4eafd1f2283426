"""A reader of a rendered page sees where each command is typed, and each stop, and can take it apart."""

import re

import pytest
from markdown_it import MarkdownIt

from tests.support.readme import commands
from tests.support.texts import CHAPTERS, TEXTS

PLAIN = ["README.md", *(f"{chapter}/README.md" for chapter in CHAPTERS)]


def without_terminal(text):
    """Yield the lines of the blocks whose section, up to them, names no terminal."""
    told = ""
    for token in MarkdownIt("commonmark").parse(text):
        is_mark = re.match("<!-- /?predict -->", token.content)  # which only the book reads
        if token.type in ("heading_open", "html_block") and not is_mark:
            told = ""
        told += token.content if token.type == "inline" else ""
        is_typed = token.type == "fence" and token.info.startswith("console")
        if is_typed and not re.search(r"[Tt]erminal \d", told):
            yield token.map[0] + 1


def hidden_stops(text):
    """Yield the lines that stop a server in a comment, where no text beside it says Ctrl-C."""
    lines = text.splitlines()
    visible = [re.sub("<!--.*?-->", "", line) for line in lines]
    for number, line in enumerate(lines, start=1):
        beside = " ".join(visible[max(number - 2, 0) : number])
        if re.search(r"<!--\s*stop ", line) and not re.search(r"press\s+Ctrl-C", beside):
            yield number


def long_pipelines(text):
    """Yield the lines of the commands that hold a pipeline of more than two."""
    for command in commands(text):
        unquoted = re.sub("'[^']*'", "", command.text)
        pipelines = re.split(r"[;()]|&&|\|\|", unquoted)
        if any(each.count("|") > 1 for each in pipelines):
            yield command.line - 1


@pytest.mark.parametrize("wrong", [without_terminal, hidden_stops, long_pipelines])
@pytest.mark.parametrize("name", PLAIN)
def test_a_page_tells_what_is_typed_where(wrong, name):
    assert not list(wrong(TEXTS[name]))


@pytest.mark.parametrize(
    ("wrong", "text", "lines"),
    [
        (without_terminal, "Terminal 1:\n\n```console\n$ true\n```", []),
        (without_terminal, "Back in terminal 1:\n\n```console log=8000\ntrue\n```", []),
        (without_terminal, "```console\n$ true\n```", [1]),
        (without_terminal, "Terminal 1:\n\n# Next\n\n```console\n$ true\n```", [5]),
        (hidden_stops, "Terminal 1: press Ctrl-C. <!-- stop 8000 -->", []),
        (hidden_stops, "Terminal 1: press\nCtrl-C, <!-- stop 8000 --> and go on.", []),
        (hidden_stops, "Look at the log. <!-- stop 8000 -->", [1]),
        (hidden_stops, "<!-- press Ctrl-C --> <!-- stop 8000 -->", [1]),
        (hidden_stops, "Press Ctrl-C.\n\nLook.\n<!-- stop 8000 -->", [4]),
        (long_pipelines, "```console\n$ ps | grep '|' ; ps | grep b\n```", []),
        (long_pipelines, "```console\n$ ps | grep a || ps | grep b\n```", []),
        (long_pipelines, "```console\n$ true\n$ seq 8|grep a|head -1\n```", [3]),
        (long_pipelines, "```console\n$ kill $(ss -l | grep pid | cut -d= -f2)\n```", [2]),
    ],
)
def test_what_a_reader_could_not_see_is_found(wrong, text, lines):
    assert list(wrong(text)) == lines
