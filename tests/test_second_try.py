"""The command that runs the tests, on tests that fail: what is tried again, and how it ends."""

import os
import platform
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from instrument.edges.errors import InstrumentError
from instrument.edges.processes import ROOT, wait_until
from tests import __main__ as tests_main
from tests.conftest import belongs
from tests.support import network
from tests.support.commands import run
from tests.support.offspring import gone, offspring
from tests.support.texts import CHAPTERS

BEGIN = """
import os
from pathlib import Path
import pytest
from instrument.edges import processes
"""
AT_FIRST = """
@pytest.mark.alone
@pytest.mark.parametrize("number", range(1))
def test_that_fails_at_first(number):
    tried = Path(f"tried.{number}")
    if not tried.exists():
        tried.touch()
        pytest.fail("at first")
"""
TWICE = """
@pytest.mark.measures(seconds=1)
def test_that_fails_twice():
    assert False
"""
SKIPPED = """
@pytest.mark.parametrize("number", range(2))
def test_that_lacks_a_program(number, subtests):
    with subtests.test("a block"):
        pytest.skip("xyz is not installed: sudo apt install xyz")
    pytest.skip("xyz is not installed: sudo apt install xyz")
"""
NEWER = """
def test_a_readme(subtests):
    for newer in ("3.98", "3.99", "3.99"):
        with subtests.test("a block"):
            pytest.skip(f"for Python {newer} or newer")
"""
SERVERS = """
@pytest.mark.parametrize("number", range(2))
def test_that_waits(number, tmp_path):
    with processes.running(["sleep", "3599"], tmp_path / "log") as process:
        Path(f"waits.{number}").touch()
        process.wait()
"""
GROUP = """
@pytest.mark.xdist_group("one")
@pytest.mark.parametrize("number", range(6))
def test_of_a_group(number):
    Path(f"worker.{os.getpid()}").touch()
    assert len([*Path().glob("worker.*")]) == 1
"""
LOST = """
def test_that_stays(): pass
if not Path("found").exists():
    Path("found").touch()
    def test_that_is_not_found_again(): pass
"""
IN_CI = {"CI": "true"}
ENDS = {  # what is run with which variables, its exit status, and lines that it prints
    "what passes alone is well": (
        AT_FIRST + SKIPPED,
        {},
        0,
        "  passed alone  test_some.py::test_that_fails_at_first[0]",
        "      4  xyz is not installed  sudo apt install xyz",
        "1 passed, 0 failed, 4 skipped",
    ),
    "what fails twice has failed": (
        AT_FIRST + TWICE,
        {},
        1,
        "  passed alone  test_some.py::test_that_fails_at_first[0]",
        "  failed again  test_some.py::test_that_fails_twice",
        "1 passed, 1 failed",
    ),
    "more than five are not tried again": (
        AT_FIRST.replace("range(1)", "range(6)"),
        {},
        1,
        "0 passed, 6 failed",
    ),
    "nothing may be skipped in CI": (
        SKIPPED,
        IN_CI,
        1,
        "A skipped test is a failure here: install what it lacks.",
        "0 passed, 0 failed, 4 skipped",
    ),
    "but blocks for a newer Python": (
        NEWER,
        IN_CI,
        0,
        f"Blocks for Python 3.99 or newer, not run on {platform.python_version()}: 2",
        "1 passed, 0 failed",
    ),
    "tests that take turns keep one process waiting": (GROUP, {}, 0, "6 passed, 0 failed"),
    "what pytest loses is missed": (LOST, {}, 1, "1 passed, 0 failed, 1 found but not run"),
    "no test": ("", {}, 5, "tests: no test is called so"),
    "a file that can't be read": (
        "import nowhere",
        {},
        2,
        "E   ModuleNotFoundError: No module named 'nowhere'",
    ),
    "without asserts": (
        "",
        {"PYTHONOPTIMIZE": "1"},
        1,
        "tests: PYTHONOPTIMIZE takes the asserts out of the tests: unset it",
    ),
}


@pytest.fixture
def command(tmp_path, monkeypatch):
    """Return a function that writes a file of tests, and returns what runs it as make test does."""
    every = ["-c", f"{ROOT}/pyproject.toml", "--rootdir=.", "-p", "tests.conftest"]
    monkeypatch.setenv("PYTEST_ADDOPTS", shlex.join(every))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.chdir(tmp_path)

    def write(text):
        Path("test_some.py").write_text(BEGIN + text, encoding="utf-8")
        return [sys.executable, "-m", "tests", "test_some.py"]

    return write


@pytest.mark.parametrize(
    ("send", "number"),
    [
        (os.killpg, signal.SIGINT),  # as a terminal does at Ctrl-C
        (os.kill, signal.SIGTERM),
        (os.kill, signal.SIGHUP),
    ],
)
def test_a_signal_ends_the_tests_and_what_they_have_started(send, number, command):
    begun = [Path(f"waits.{number}") for number in range(2)]
    with psutil.Popen(command(SERVERS), stdout=subprocess.DEVNULL, process_group=0) as process:
        try:
            wait_until(lambda: all(map(Path.exists, begun)), seconds=60)
            every = offspring(process, "3599", 2)
        finally:
            send(process.pid, number)
        assert process.wait(60) == 128 + number
    wait_until(lambda: gone(every), seconds=60)


@pytest.mark.parametrize(
    ("text", "variables", "status", "lines"),
    [(text, env, status, lines) for text, env, status, *lines in ENDS.values()],
    ids=ENDS,
)
def test_the_end_tells_what_became_of_the_tests(
    text, variables, status, lines, command, monkeypatch
):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    done = run(*command(text), seconds=200, cwd=Path.cwd())
    said = done.stdout + done.stderr
    assert set(lines) <= set(said.splitlines()), said
    assert done.returncode == status


@pytest.mark.parametrize(
    ("name", "chapters"),
    [
        ("tests/test_readmes.py::test_every_block_does_what_it_shows[asgi/README.md]", {"asgi"}),
        ("tests/test_readmes.py::test_every_block_does_what_it_shows[README.md]", set()),
        ("tests/test_apps.py::test_same_answer[wsgi.app:app-gevent]", {"wsgi"}),
        ("tests/test_apps.py::test_same_answer[asgi.app:app-asgi]", {"asgi"}),
        ("tests/test_commands.py::test_it[cd asgi && python runfromuvicorn.py]", {"asgi"}),
        ("tests/instrument/experiments/test_comparison.py::test_it[asgi]", {"compare"}),
        ("tests/instrument/faults/test_tables.py::test_it[production: a-asgi]", {"production"}),
        ("tests/starlette_api/test_app.py::test_share[sqlite-asgi-]", {"starlette_api"}),
        ("tests/test_house.py::test_a_chapter_names_each_file_of_its_folder[asgi]", {"asgi"}),
        ("tests/test_style.py::test_ruff", set(CHAPTERS)),
    ],
)
def test_a_chapter_has_its_tests_and_no_others(name, chapters):
    assert {chapter for chapter in CHAPTERS if belongs(name, chapter)} == chapters


def test_a_taken_port_is_said_where_networks_are_refused(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setattr(network, "NAMED", (port,))
        monkeypatch.setattr(network, "is_private", lambda: False)
        monkeypatch.setattr(sys, "argv", ["tests", "--an-option-that-pytest-refuses"])
        monkeypatch.delenv("PYTEST_CURRENT_TEST")
        with pytest.raises(InstrumentError, match=f"port {port} can't be used"):
            tests_main.main()
