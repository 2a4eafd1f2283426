"""The house: what is read stands apart from what measures, and each thing has one place."""

import ast
import re
from collections import Counter
from functools import cache

import pytest

from instrument.edges.processes import ROOT
from tests.support.readme import ALLOWED
from tests.support.texts import CHAPTERS

LONGEST = 300
IGNORED = ("results", "my_exercises", "__pycache__", ".venv")  # or what begins so

# What two files may call alike, and why.
MIRROR = "chapters mirror each other, so that a reader can compare them"
FILES = {
    "__init__.py": "Python's name",
    "__main__.py": "Python's name",
    "conftest.py": "pytest's name",
    "requirements.txt": "pip's name",
    "README.md": MIRROR,
    "nginx.conf": MIRROR,
    **dict.fromkeys(["app.py", "asgi_app.py", "busy_app.py", "slow_app.py", "wsgi_app.py"], MIRROR),
    **dict.fromkeys(["cli.py", "test_cli.py"], "what is typed after make exercises, or compare"),
}
CLASSES = {
    "AllNotes": "blocking.py is app.py with one call that blocks",
    **dict.fromkeys(["AsgiUser", "Visitor", "WsgiUser"], "exercise 10 is about the locustfile"),
}
# What each folder of the instrument imports beside itself, programs.py and servers.py.
LAYERS = {
    "edges": set(),
    "arithmetic": set(),
    "load": {"edges", "arithmetic"},
    "experiments": {"edges", "arithmetic", "load"},
}


def files(folder, pattern="*"):
    return [
        path
        for path in sorted((ROOT / folder).rglob(pattern))
        if path.is_file()
        and not any(part.startswith(IGNORED) for part in path.relative_to(ROOT).parts)
    ]


@cache
def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path):
    """Yield the names of what a file imports."""
    for node in ast.walk(tree(path)):
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


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_of_the_instrument_imports_none_above_it(layer):
    below = {layer, "programs", "servers"} | LAYERS[layer]
    for path in files(f"instrument/{layer}", "*.py"):
        for name in imported(path):
            if name.startswith("instrument."):
                assert name.split(".")[1] in below, f"{path} imports {name}"


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_names_each_file_of_its_folder(chapter):
    text = (ROOT / chapter / "README.md").read_text(encoding="utf-8")
    for path in files(chapter):
        if path.name not in ("README.md", "__main__.py", "__init__.py"):
            named = path.name in text or f"{chapter}.{path.stem}" in text
            assert named, f"{chapter}/README.md does not name {path.name}"


def more_than_once(names):
    return {name for name, count in Counter(names).items() if count > 1}


def unsolved(pattern):
    """Return the files of a pattern, but answers to the exercises, which mirror them."""
    return [path for path in files(".", pattern) if path.parent.name not in ("solutions", "cases")]


def test_two_files_of_one_name_do_the_same_job():
    paths = [path for ending in ("py", "md", "conf", "txt") for path in unsolved(f"*.{ending}")]
    assert more_than_once(path.name for path in paths) == set(FILES)
    assert not {path.stem for path in paths} & set(CHAPTERS), "called like a chapter's folder"


def test_two_classes_of_one_name_are_the_same_thing():
    found = [
        node.name
        for path in unsolved("*.py")
        for node in tree(path).body
        if isinstance(node, ast.ClassDef)
    ]
    assert more_than_once(found) == set(CLASSES)


def defined(path):
    """Return the classes, functions and constants of a file."""
    names = set()
    for node in tree(path).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            names |= {
                name.id
                for name in ast.walk(node)
                if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
            }
    return names


def test_what_the_instrument_imports_by_name_is_defined_once():
    paths = files("instrument", "*.py")
    taken = {
        name.rpartition(".")[2]
        for path in paths
        for name in imported(path)
        if name.startswith("instrument")
    }
    twice = more_than_once(name for path in paths for name in defined(path))
    assert not twice & taken


def test_no_python_file_is_too_long():
    long = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in files(".", "*.py")}
    assert not {path: count for path, count in long.items() if count > LONGEST}


def calls(is_wrong):
    """Return where such calls stand."""
    return [
        f"{path.relative_to(ROOT)}, line {node.lineno}"
        for path in files(".", "*.py")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and is_wrong(node)
    ]


def leaves_the_encoding_open(call):
    """Return whether a call opens text in the encoding of the reader's locale."""
    given = [ast.unparse(each) for each in (*call.args, *call.keywords)]
    # These take bytes, or know the encoding.
    other = r"os\.open|Image\.|tarfile\.|package\.read_text"
    opens = rf"(?!{other})(.*\.)?(open|fdopen|read_text|write_text)"
    is_text = re.fullmatch(opens, ast.unparse(call.func), re.DOTALL) or "text=True" in given
    told = r"encoding=.*|'utf-8'|'ascii'|(mode=)?'\w?b\+?'"
    return bool(is_text) and not any(re.fullmatch(told, each) for each in given)


@pytest.mark.parametrize(
    ("code", "bad"),
    [
        ("path.read_text()", True),
        ("path.write_text(other.read_text(encoding='utf-8'))", True),
        ("open('name', 'a+')", True),
        ("path.open(mode='w')", True),
        ("subprocess.run(words, text=True)", True),
        ("path.write_text(text, 'utf-8')", False),
        ("path.open('rb')", False),
        ("subprocess.run(words, encoding='utf-8')", False),
    ],
)
def test_a_file_without_an_encoding_is_found(code, bad):
    assert leaves_the_encoding_open(ast.parse(code).body[0].value) == bad


def test_every_text_file_is_opened_with_its_encoding():
    assert not calls(leaves_the_encoding_open)


def test_no_parameter_that_a_library_keeps_to_itself_is_given():
    assert not calls(lambda call: any((each.arg or "").startswith("_") for each in call.keywords))


def test_a_worker_class_is_spelt_in_one_file():
    spelt = [
        str(path.relative_to(ROOT))
        for path in files(".", "*.py")
        if "uvicorn_worker.UvicornWorker" in path.read_text(encoding="utf-8")
        and path not in files("tests")
    ]
    assert spelt == ["instrument/servers.py"]


def test_every_annotation_is_explained():
    text = (ROOT / "instrument/README.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `(\w+)", text[text.index("| annotation") :], re.MULTILINE))
    assert explained == {
        each for together in ALLOWED.values() for names in together for each in names
    } | {"gone", "anew"}
