"""Runs commands as a user does, from the root."""

import os
import re
import subprocess
import sys

from instrument.processes import ROOT

COMPARE = [sys.executable, "-m", "compare"]


def run(*command, seconds=60, **options):
    """Run a command to its end; return its status and what it printed."""
    given = {"cwd": ROOT, "stdin": subprocess.DEVNULL, "timeout": seconds} | options
    words = list(map(str, command))
    return subprocess.run(words, check=False, capture_output=True, text=True, **given)


def copy_repository(folder):
    """Copy it by cp, which takes a fifth of the CPU that shutil would."""
    folder.mkdir()
    left = re.compile(r"\.git|\.venv.*|results|\..*_cache")
    every = [path for path in ROOT.iterdir() if not left.fullmatch(path.name)]
    subprocess.run(["cp", "-Rp", *every, folder], check=True)


def not_made():
    """Return this process's environment without what a `make` around it hands to another."""
    return {
        name: value
        for name, value in os.environ.items()
        if not re.match("MAKE|MFLAGS|ARGS$|CHAPTER$|WRITE$", name)
    }


def run_module(module, *arguments, **options):
    return run(sys.executable, "-m", module, *arguments, **options)


def compare(*arguments, command=COMPARE, **options):
    return run(*command, *arguments, **options)


def one_line(done, *, status=1):
    """Return what was said of an error, without the tail of a log."""
    assert done.returncode == status
    assert "Traceback" not in done.stdout + done.stderr
    lines = [line for line in done.stderr.splitlines() if not line.startswith("  log: ")]
    assert len(lines) == 1, lines
    return lines[0]
