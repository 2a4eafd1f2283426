import re
import signal
import sys
import tempfile
from pathlib import Path

import pytest

from tests.support.network import is_private, networked
from tests.support.postgres import Postgres
from tests.support.texts import CHAPTERS

OF_COMPARE = r"tests/(instrument/(test_|arithmetic/|edges/|experiments/|load/)|test_locustfile)"


@pytest.fixture
def network():
    """A place where every port is free, also when port 8000 of this machine is taken."""
    with networked() as network:
        yield network


@pytest.fixture(scope="session")
def postgres():
    with Postgres() as server:
        yield server


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
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # SIGINT may have been ignored
        signal.signal(number, stop)
    if (chapter := config.getoption("chapter")) not in (None, *CHAPTERS):
        known = ", ".join(CHAPTERS)
        raise pytest.UsageError(f"there is no chapter {chapter!r}: choose from {known}")


def stop(number, _):
    """End the tests with what they have started, and xdist's workers, which it ends in ten seconds."""
    pytest.exit(f"stopped by {signal.Signals(number).name}", 128 + number)


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
    items.sort(key=seconds_of, reverse=True)  # what takes longest begins first


def seconds_of(item):
    """Return how long a test takes, where a marker says so."""
    measures, long = map(item.get_closest_marker, ("measures", "long"))
    return measures.kwargs["seconds"] if measures else bool(long)


def belongs(name, chapter):
    """Return whether a test is one of a chapter's, by the test's name."""
    word = rf"(?<![-\w]){chapter}(?![-\w\]])"  # not a server that is called like a chapter
    house = rf"test_house\.py.*\[{chapter}\]"
    is_elsewhere = chapter == "compare" and re.match(OF_COMPARE, name)
    return bool(is_elsewhere or re.search(rf"{word}|{house}|tests/test_style\.py", name))


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
