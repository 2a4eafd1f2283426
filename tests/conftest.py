import os
import signal

import pytest

from tests.support.network import Network
from tests.support.turns import turn


@pytest.fixture
def network():
    """A place where every port is free, also when port 8000 of this machine is taken."""
    with Network() as network:
        yield network


def pytest_configure():
    # what the tests start is ended by Ctrl-C also where this was started in the background
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: pytest.exit("stopped by SIGTERM", 143))


@pytest.fixture
def quiet():
    """A time without tests that take all CPUs."""
    with turn("quiet"):
        yield


@pytest.fixture
def steady():
    """A time without restless tests, either, for what is measured."""
    with turn("steady"):
        yield


@pytest.fixture
def restless():
    """A time in which nothing is measured."""
    with turn("restless"):
        yield


@pytest.fixture
def all_cpus():
    """A time in which no other test is disturbed."""
    with turn("all_cpus"):
        yield


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Start what is measured first and what takes all CPUs last, however they were shuffled."""

    def order(item):
        turns = {"steady": 0, "quiet": 0, "restless": 2, "all_cpus": 3}
        return max((turn for name, turn in turns.items() if name in item.fixturenames), default=1)

    items.sort(key=order)


@pytest.hookimpl(wrapper=True)
def pytest_terminal_summary(terminalreporter):
    yield
    if skipped(terminalreporter):
        terminalreporter.write_line("A skipped test is a failure here: install what it lacks.")


def pytest_sessionfinish(session, exitstatus):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and skipped(reporter) and not exitstatus:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def skipped(reporter):
    """Return whether something was skipped where nothing may be."""
    return bool(os.environ.get("CI")) and bool(reporter.stats.get("skipped"))
