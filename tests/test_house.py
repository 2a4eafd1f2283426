"""The house: what is read stands apart from what measures, and each thing has one place."""

import ast
import re

import pytest

from instrument.processes import ROOT
from tests.support.plain import hidden_stops, long_pipelines
from tests.support.readme import ALLOWED
from tests.support.terminal import CHAPTERS

LONGEST = 300
IGNORED = ("results", "my_exercises", "__pycache__", ".venv")  # or what begins so

PLAIN = ["README.md", *(f"{chapter}/README.md" for chapter in CHAPTERS)]


def files(folder, pattern="*"):
    return [
        path
        for path in sorted((ROOT / folder).rglob(pattern))
        if path.is_file()
        and not any(part.startswith(IGNORED) for part in path.relative_to(ROOT).parts)
    ]


def imported(path):
    """Return the names of the modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{each.name}" for each in node.names)


def test_there_are_chapters():
    assert {"wsgi", "asgi", "compare"} <= set(CHAPTERS)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_imports_neither_another_nor_the_instrument(chapter):
    allowed = {"compare/__main__.py", "exercises/__main__.py", "instrument.locustfiles.preflight"}
    for path in files(chapter, "*.py"):
        for name in imported(path):
            others = {"instrument", *CHAPTERS} - {chapter}
            if name.partition(".")[0] in others:
                assert {name, str(path.relative_to(ROOT))} & allowed, f"{path} imports {name}"


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_names_each_file_of_its_folder(chapter):
    text = (ROOT / chapter / "README.md").read_text()
    for path in files(chapter):
        if path.name not in ("README.md", "__main__.py", "__init__.py"):
            named = path.name in text or f"{chapter}.{path.stem}" in text
            assert named, f"{chapter}/README.md does not name {path.name}"


def test_no_python_file_is_too_long():
    long = {path: len(path.read_text().splitlines()) for path in files(".", "*.py")}
    assert not {path: count for path, count in long.items() if count > LONGEST}


def test_a_worker_class_is_spelt_in_one_file():
    spelt = [
        str(path.relative_to(ROOT))
        for path in files(".", "*.py")
        if "uvicorn_worker.UvicornWorker" in path.read_text() and path not in files("tests")
    ]
    assert spelt == ["instrument/servers.py"]


@pytest.mark.parametrize("name", PLAIN)
def test_each_stop_can_be_read_and_each_command_be_taken_apart(name):
    text = (ROOT / name).read_text()
    assert hidden_stops(text) == [], "lines that stop a server in a comment alone"
    assert long_pipelines(text) == []


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Terminal 1: press Ctrl-C. <!-- stop 8000 -->", []),
        ("Terminal 1: press\nCtrl-C, <!-- stop 8000 --> and go on.", []),
        ("Look at the log. <!-- stop 8000 -->", [1]),
        ("<!-- press Ctrl-C --> <!-- stop 8000 -->", [1]),
        ("Press Ctrl-C.\n\nLook.\n<!-- stop 8000 -->", [4]),
    ],
)
def test_a_stop_in_a_comment_alone_is_found(text, hidden):
    assert hidden_stops(text) == hidden


@pytest.mark.parametrize(
    ("command", "long"),
    [
        ("ps | grep gunicorn", False),
        ("ps | grep '|' ; ps | grep b", False),
        ("ps | grep a || ps | grep b", False),
        ("ps | grep a | head -1", True),
        ("kill -HUP $(ss -l | grep pid | cut -d= -f2)", True),
        ("seq 8|grep a|head -1", True),
    ],
)
def test_a_long_pipeline_is_found(command, long):
    assert long_pipelines(f"```console\n$ {command}\n```\n") == [command] * long


def test_every_annotation_is_explained():
    text = (ROOT / "instrument/README.md").read_text()
    explained = set(re.findall(r"^\| `(\w+)", text[text.index("| annotation") :], re.MULTILINE))
    assert explained == {
        each for together in ALLOWED.values() for names in together for each in names
    } | {"gone", "anew"}
