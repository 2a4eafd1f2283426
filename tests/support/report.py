"""What became of each test, for the second try and for the table of what was left out."""

import json
import re
from collections import Counter


class Report:
    """Writes the outcomes of a run of pytest to a file, as JSON."""

    def __init__(self, path):
        self.path = path
        self.passed, self.failed = set(), set()
        self.skipped = Counter()  # by reason; a README's blocks one by one

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
        }
        self.path.write_text(json.dumps(told))


def name_of(report):
    """Return a test's name without the group that xdist appends to it."""
    return re.sub(r"@[^\]@]*$", "", report.nodeid)
