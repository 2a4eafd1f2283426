"""Every block of every README is run, in order, and every internal link leads somewhere."""

import re

import pytest
from markdown_it import MarkdownIt

from instrument.edges.processes import ROOT
from tests.support.network import NAMED
from tests.support.readme import PageError, parts, steps
from tests.support.terminal import reader
from tests.support.texts import CHAPTERS, TEXTS, anchors

EXEMPT = [
    ("install", "git clone REPOSITORY workshop && cd workshop"),
    ("install", "uv venv --seed"),  # which test_setup.py runs
    ("tests", "make test"),
    ("windows", "wsl --install"),
    ("install", "python3 -m venv .venv && source .venv/bin/activate"),
    ("install", "python3 -m venv .venv && source .venv/bin/activate"),
    *(
        ("install", f"pip install -r {chapter}/requirements.txt")
        for chapter in CHAPTERS
        if (ROOT / chapter / "requirements.txt").exists()
    ),
]


def parts_of(name):
    """Yield the parts of a README, which are done side by side, with marks of what they do."""
    parts = TEXTS[name].split("<!-- anew -->")
    for number, text in enumerate(parts):
        limits = map(int, re.findall(r"^```.* limit=(\d+)", text, re.MULTILINE))
        is_measured = re.search(r"^```.*(ratios=|within=\d+% limit=)", text, re.MULTILINE)
        measures = pytest.mark.measures(seconds=sum(limits) / 2)  # for what begins first
        marks = [measures if is_measured else pytest.mark.long]
        if takes_turn := names_ports(text):
            marks.append(pytest.mark.ports)
        full_name = f"{name} part {number + 1}" if len(parts) > 1 else name
        yield pytest.param(name, number, takes_turn, id=full_name, marks=marks)


def names_ports(text):
    """Return whether a block starts a server, or shows one of the ports that the text names."""
    blocks = "".join(re.findall(r"^```console.*?^```", text, re.MULTILINE | re.DOTALL))
    return bool(re.search(rf"server=|\b({'|'.join(map(str, NAMED))})\b", blocks))


@pytest.mark.timeout(900)  # a block that measures may be tried three times
@pytest.mark.parametrize(
    ("name", "part", "takes_turn"), [part for name in TEXTS for part in parts_of(name)]
)
def test_every_block_does_what_it_shows(name, part, takes_turn, subtests):
    with reader(takes_turn=takes_turn) as terminal:
        for step in parts(steps(TEXTS[name]))[part]:
            where = f"{name}:{step.line}: {step.title}"
            with subtests.test(where):
                if lacking := terminal.lacks(step):
                    pytest.skip(lacking)
                try:
                    terminal.do(step)
                except PageError as wrong:
                    pytest.fail(f"{where}\n{wrong}", pytrace=False)
        if terminal.servers:
            ports = ", ".join(terminal.servers)
            pytest.fail(f"{name}: still running on port {ports}: say where to stop", pytrace=False)


def test_the_exempt_blocks_are_these():
    every = [step for text in TEXTS.values() for step in steps(text)]
    exempt = [step for step in every if "exempt" in step.options]
    assert [(step.options["exempt"], step.commands[0].text) for step in exempt] == EXEMPT


@pytest.mark.parametrize("name", TEXTS)
def test_every_internal_link_leads_somewhere(name):
    for token in MarkdownIt().enable("table").parse(TEXTS[name]):
        for child in token.children or []:
            target = child.attrGet("href") or child.attrGet("src") or ""
            if not target or re.match(r"[a-z]+:|../../actions/", target):  # GitHub's own pages
                continue
            place, _, anchor = str(target).partition("#")
            file = (ROOT / name).parent / place if place else ROOT / name
            assert file.exists(), f"{name}: {target}"
            if file.is_dir():
                file /= "README.md"
            assert not anchor or anchor in anchors(file.read_text(encoding="utf-8")), (
                f"no heading for {target}"
            )


@pytest.mark.parametrize("name", TEXTS)
def test_no_line_of_a_paragraph_is_taken_for_a_list(name):
    lines = TEXTS[name].splitlines()
    begun = [
        token.map[0]
        for token in MarkdownIt().parse(TEXTS[name])
        if token.type.endswith("_list_open") and token.level == 0
    ]
    broken = [lines[first] for first in begun if first and lines[first - 1].strip()]
    assert not broken, "leave a line free before a list, or break the paragraph's lines elsewhere"
