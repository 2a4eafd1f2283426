"""Runs python -m compare as a user does."""

import subprocess
import sys

from compare.processes import ROOT

COMPARE = [sys.executable, "-m", "compare"]


def compare(*arguments, command=COMPARE, seconds=60, **options):
    return subprocess.run(
        [*command, *map(str, arguments)],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=seconds,
        **options,
    )


def one_line(done, *, status=1):
    """Return what was said of a fault, without the tail of a log."""
    assert done.returncode == status
    assert "Traceback" not in done.stdout + done.stderr
    lines = [line for line in done.stderr.splitlines() if not line.startswith("  log: ")]
    assert len(lines) == 1, lines
    return lines[0]
