"""Runs commands as a user does, from the root."""

import os
import pty
import re
import shutil
import subprocess
import sys
import termios

from instrument.edges.processes import ROOT

COMPARE = [sys.executable, "-m", "compare"]


def run(*command, seconds=60, **options):
    """Run a command to its end; return its status and what it printed."""
    given = {"cwd": ROOT, "stdin": subprocess.DEVNULL, "timeout": seconds} | options
    words = list(map(str, command))
    return subprocess.run(words, check=False, capture_output=True, encoding="utf-8", **given)


def on_terminal(columns, command, typed=b"", cwd=ROOT):
    """Run a command on a terminal so wide; return its status, and what was written, without colours."""
    ours, its = pty.openpty()
    termios.tcsetwinsize(its, (24, columns))
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "300"}
    process = subprocess.Popen(command, cwd=cwd, stdin=its, stdout=its, stderr=its, env=environment)
    os.close(its)
    os.write(ours, typed)
    written = b""
    try:
        while chunk := os.read(ours, 4096):
            written += chunk
    except OSError:
        pass  # Linux says so when the other end is closed
    finally:
        os.close(ours)
        status = process.wait(20)
    text = re.sub(r"\x1b\[[\d;?]*[hlm]", "", written.decode(errors="replace"))
    return status, text.replace("\r\n", "\n")


def copy_repository(folder):
    """Copy what a reader changes; what is only read is linked, since every file takes its time."""
    folder.mkdir(parents=True)
    for path in ROOT.iterdir():
        if path.name in ("docs", "instrument", "tests"):
            (folder / path.name).symlink_to(path)
        elif re.fullmatch(r"\.git|\.venv.*|results|my_exercises|\..*_cache", path.name):
            continue  # also the .git that is a file, of a worktree: the copy would be the same one
        elif path.is_dir():
            shutil.copytree(path, folder / path.name, ignore=shutil.ignore_patterns("__pycache__"))
        elif path.is_file():
            shutil.copy2(path, folder)


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
