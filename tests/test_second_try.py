"""The command that runs the tests, on tests that fail: what is tried again, and how it ends."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from instrument.edges.processes import ROOT, wait_until
from tests import __main__ as tests_main
from tests.conftest import belongs
from tests.support import network
from tests.support.commands import run
from tests.support.offspring import gone, offspring
from tests.support.terminal import CHAPTERS

BEGIN = """
from pathlib import Path
import pytest
FAILED = Path(__file__).with_suffix(".failed")
"""
AT_FIRST = """
def test_that_fails_at_first():
    if not FAILED.exists():
        FAILED.touch()
        pytest.fail("at first")
"""
MISTAKE = """
from tests.support.readme import steps
from tests.support.terminal import Terminal

@pytest.mark.measures(seconds=1)
def test_readme():
    with Terminal() as terminal:
        for step in steps("```console\\n$ echo one\\ntwo\\n```\\n"):
            terminal.do(step)
"""
SKIPPED = """
@pytest.mark.alone
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
from instrument.edges import processes

@pytest.mark.parametrize("number", range(2))
def test_that_waits(number, tmp_path):
    with processes.running(["sleep", "3599"], tmp_path / "log") as process:
        FAILED.with_suffix(f".{number}").touch()
        process.wait()
"""
GROUP = """
import os

@pytest.mark.xdist_group("one")
@pytest.mark.parametrize("number", range(6))
def test_of_a_group(number):
    with FAILED.open("a") as workers:
        workers.write(f"{os.getpid()} ")
"""
SIX = """
@pytest.mark.alone
@pytest.mark.parametrize("number", range(6))
def test_that_fails(number):
    with FAILED.open("a") as tries:
        tries.write("x")
    assert False
"""

LOSES = """
def pytest_collection_modifyitems(config, items):
    if not config.option.collectonly:
        items.pop()
"""


class Suite:
    """A file of tests, run as make test does."""

    def __init__(self, folder):
        self.folder = folder

    def command(self, text, options="", **variables):
        path = self.folder / "test_some.py"
        path.write_text(BEGIN + text, encoding="utf-8")
        every = ["-c", f"{ROOT}/pyproject.toml", f"--rootdir={self.folder}", "-p", "tests.conftest"]
        every += options.split()
        env = {name: value for name, value in os.environ.items() if name != "CI"}
        env |= {"PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": shlex.join(every), **variables}
        return {"args": [sys.executable, "-m", "tests", path], "cwd": self.folder, "env": env}

    def __call__(self, *given, **variables):
        options = self.command(*given, **variables)
        return run(*options.pop("args"), seconds=200, **options)  # pytest starts up to six times


@pytest.fixture
def tests(tmp_path):
    return Suite(tmp_path)


@pytest.mark.parametrize(
    ("send", "number"),
    [
        (os.killpg, signal.SIGINT),  # as a terminal does at Ctrl-C
        (os.kill, signal.SIGTERM),
        (os.kill, signal.SIGHUP),
    ],
)
def test_a_signal_ends_the_tests_and_what_they_have_started(send, number, tests, tmp_path):
    begun = [tmp_path / f"test_some.{number}" for number in range(2)]
    command = tests.command(SERVERS)
    with psutil.Popen(**command, stdout=subprocess.DEVNULL, process_group=0) as process:
        try:
            wait_until(lambda: all(map(Path.exists, begun)), seconds=60)
            every = offspring(process, "3599", 2)
        finally:
            send(process.pid, number)
        assert process.wait(60) == 128 + number
    wait_until(lambda: gone(every), seconds=60)


def test_what_fails_once_and_passes_alone_is_told_and_is_well(tests):
    done = tests(AT_FIRST + SKIPPED)
    assert done.returncode == 0, done.stdout
    said = done.stdout.splitlines()
    assert "  passed alone  test_some.py::test_that_fails_at_first" in said
    assert "      4  xyz is not installed  sudo apt install xyz" in said
    assert said[-1] == "1 passed, 0 failed, 4 skipped"


def test_a_mistake_in_a_readme_fails_twice(tests):
    done = tests(AT_FIRST + MISTAKE)
    assert done.returncode == 1
    said = done.stdout.splitlines()
    assert "  failed again  test_some.py::test_readme" in said
    assert "  passed alone  test_some.py::test_that_fails_at_first" in said
    assert said[-1] == "1 passed, 1 failed"


def test_one_process_runs_all_tests_of_a_group(tests, tmp_path):
    assert tests(GROUP).returncode == 0
    workers = (tmp_path / "test_some.failed").read_text(encoding="utf-8").split()
    assert len(workers) == 6
    assert len(set(workers)) == 1, "or tests that take turns keep every process waiting"


def test_more_than_five_failures_are_not_tried_again(tests, tmp_path):
    done = tests(SIX)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "0 passed, 6 failed"
    assert (tmp_path / "test_some.failed").read_text(encoding="utf-8") == "x" * 6


def test_nothing_may_be_skipped_in_ci(tests):
    done = tests(SKIPPED, CI="true")
    assert done.returncode == 1
    assert "A skipped test is a failure here" in done.stdout


def test_blocks_for_a_newer_python_are_counted_and_no_failure_in_ci(tests):
    done = tests(NEWER, CI="true")
    assert done.returncode == 0, done.stdout
    here = f"not run on {sys.version_info[0]}.{sys.version_info[1]}"
    assert done.stdout.splitlines()[-4:] == [
        f"Blocks for Python 3.98 or newer, {here}: 1",
        f"Blocks for Python 3.99 or newer, {here}: 2",
        "",
        "1 passed, 0 failed",
    ]


@pytest.mark.parametrize(
    ("name", "chapters"),
    [
        ("tests/test_readmes.py::test_every_block_does_what_it_shows[asgi/README.md]", {"asgi"}),
        ("tests/test_readmes.py::test_every_block_does_what_it_shows[README.md]", set()),
        ("tests/test_apps.py::test_same_answer[wsgi.app:app-gevent]", {"wsgi"}),
        ("tests/test_apps.py::test_same_answer[asgi.app:app-asgi]", {"asgi"}),
        ("tests/test_commands.py::test_it[cd asgi && python runfromuvicorn.py]", {"asgi"}),
        ("tests/instrument/experiments/test_comparison.py::test_it[asgi]", {"compare"}),
        (
            "tests/instrument/faults/test_tables.py::test_a_cell[production: a block-asgi]",
            {"production"},
        ),
        ("tests/starlette_api/test_app.py::test_share[sqlite-asgi-]", {"starlette_api"}),
        ("tests/test_house.py::test_a_chapter_names_each_file_of_its_folder[asgi]", {"asgi"}),
        ("tests/test_style.py::test_ruff", set(CHAPTERS)),
    ],
)
def test_a_chapter_has_its_tests_and_no_others(name, chapters):
    assert {chapter for chapter in CHAPTERS if belongs(name, chapter)} == chapters


def test_a_name_of_no_test_is_said(tests):
    done = tests("def test_one(): pass\n", "-k another")
    assert done.returncode == 5
    assert done.stdout.splitlines()[-1] == "tests: no test is called so"


def test_a_test_that_pytest_loses_is_missed(tests, tmp_path):
    (tmp_path / "conftest.py").write_text(LOSES, encoding="utf-8")
    done = tests(GROUP)
    assert done.stdout.splitlines()[-1] == "5 passed, 0 failed, 1 found but not run"
    assert done.returncode == 1


@pytest.mark.parametrize("level", ["1", "2"])
def test_without_asserts_nothing_is_run(level, tests):
    done = tests("def test_one(): assert False\n", PYTHONOPTIMIZE=level)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == "tests: PYTHONOPTIMIZE takes the asserts out of the tests: unset it\n"


def test_a_file_that_can_not_be_read_is_shown(tests):
    done = tests("import nothing_of_this_name\n")
    assert done.returncode == 2
    assert "No module named 'nothing_of_this_name'" in done.stdout


def test_a_taken_port_is_said_in_a_line_where_networks_are_refused(monkeypatch, capsys):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setattr(network, "NAMED", (port,))
        monkeypatch.setattr(tests_main, "is_private", lambda: False)
        monkeypatch.delenv("PYTEST_CURRENT_TEST")
        assert tests_main.main(["-k", "nothing"]) == 1
    said = capsys.readouterr().out
    assert re.fullmatch(
        rf"tests: port {port} is taken by \S+ \(process {os.getpid()}\): .*\n", said
    )
