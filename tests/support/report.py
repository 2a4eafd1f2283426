"""What became of each test, for the second try and for the table of what was left out."""

import json
import re
from collections import Counter, defaultdict

PHASES = ("measures", "alone")


class Report:
    """Writes the outcomes of a run of pytest to a file, as JSON."""

    def __init__(self, path):
        self.path = path
        self.passed, self.failed = set(), set()
        self.skipped = Counter()  # by reason; a README's blocks one by one
        self.phases = defaultdict(Counter)  # how many tests each has, by file

    def pytest_collection_finish(self, session):
        for item in session.items:
            self.phases[phase_of(item)][str(item.path)] += 1

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.failed.add(name_of(report))
        elif report.skipped:
            *_, reason = report.longrepr
            self.skipped[reason.removeprefix("Skipped: ")] += 1
        elif report.when == "call":
            self.passed.add(name_of(report))

    def pytest_sessionfinish(self):
        told = {
            "passed": sorted(self.passed - self.failed),
            "failed": sorted(self.failed),
            "skipped": self.skipped,
            "phases": self.phases,
        }
        self.path.write_text(json.dumps(told))


def phase_of(item):
    """Return which of the markers that ask for a phase of its own a test has, if any."""
    return next((name for name in PHASES if item.get_closest_marker(name)), "")


def name_of(report):
    """Return a test's name without the group that xdist appends to it."""
    return re.sub(r"@[^\]@]*$", "", report.nodeid)
