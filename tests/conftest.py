import os
import re
import signal
import sys
import tempfile
from pathlib import Path

import pytest

from tests.support.network import Network, is_private
from tests.support.report import Report
from tests.support.terminal import CHAPTERS

ELSEWHERE = {"compare": ("tests/instrument/test_", "tests/test_locustfile.py")}
OF_EVERY_CHAPTER = ("tests/test_style.py",)


@pytest.fixture
def network():
    """A place where every port is free, also when port 8000 of this machine is taken."""
    with Network() as network:
        yield network


@pytest.fixture
def strange_folder(tmp_path, monkeypatch):
    """A folder whose name a shell would take apart, with this Python and all temporary files in it."""
    folder = tmp_path / "it's a größer place"
    folder.mkdir()
    (folder / "venv").symlink_to(sys.prefix)
    monkeypatch.setattr(sys, "executable", str(folder / "venv/bin" / Path(sys.executable).name))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def pytest_addoption(parser):
    parser.addoption("--chapter", help="run the tests and the README of one chapter alone")


def pytest_configure(config):
    # what the tests start is ended by Ctrl-C also where this was started in the background
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: pytest.exit("stopped by SIGTERM", 143))
    if (chapter := config.getoption("chapter")) not in (None, *CHAPTERS):
        known = ", ".join(CHAPTERS)
        raise pytest.UsageError(f"there is no chapter {chapter!r}: choose from {known}")
    if "TESTS_REPORT" in os.environ and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Report(Path(os.environ["TESTS_REPORT"])))


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config, items):
    if chapter := config.getoption("chapter"):
        others = [item for item in items if not belongs(item.nodeid, chapter)]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if belongs(item.nodeid, chapter)]
    for item in items:
        if group := group_of(item):
            item.add_marker(pytest.mark.xdist_group(group))
    yield  # in which they are shuffled
    items.sort(key=lambda item: not takes_long(item))  # and begins first
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    items[:] = long_and_short(items, workers)


def takes_long(item):
    """Return whether a test takes long by itself, or is one of many that one process runs."""
    is_marked = item.get_closest_marker("long") or "test_every_block" in item.nodeid
    return bool(is_marked or group_of(item))


def long_and_short(items, workers):
    """Order what measures, which takes long: each process gets a long one and then a short one."""
    marked = [item for item in items if item.get_closest_marker("measures")]
    marked.sort(key=lambda item: -item.get_closest_marker("measures").kwargs["seconds"])
    first, others = marked[:workers], marked[workers:]
    second = others[-workers:][::-1]
    last = others[: -len(second)] if second else []
    return [*first, *second, *last, *(each for each in items if each not in marked)]


def belongs(name, chapter):
    """Return whether a test is one of a chapter's, by the test's name."""
    word = rf"(?<![-\w]){chapter}(?![-\w\]])"  # not a server that is called like a chapter
    house = rf"test_house\.py.*\[{chapter}\]"
    own = (*ELSEWHERE.get(chapter, ()), *OF_EVERY_CHAPTER)
    return bool(re.search(f"{word}|{house}", name)) or name.startswith(own)


def group_of(item):
    """Return a name that a test shares with those that must run one after the other, or None."""
    names_ports = "network" in item.fixturenames or item.get_closest_marker("ports")
    if names_ports and not is_private():
        return "ports"
    params = item.callspec.params if hasattr(item, "callspec") else {}
    if "notes" in params:  # a server for all of these tests
        return f"notes on {params['notes']}"
    needs_postgres = "postgres" in item.fixturenames or params.get("database") == "postgresql"
    return "postgresql" if needs_postgres else None
