import os
import signal

import pytest

from tests.network import Network


@pytest.fixture
def network():
    """A place where every port is free, also when port 8000 of this machine is taken."""
    with Network() as network:
        yield network


def pytest_configure():
    signal.signal(signal.SIGTERM, lambda *_: pytest.exit("stopped by SIGTERM", 143))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Start the longest first, however they were shuffled, so that none is waited for alone."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


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
