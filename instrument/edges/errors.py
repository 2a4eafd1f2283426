"""What the instrument says when it can't go on."""

import os
import re
import shlex
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

PIP_INSTALL = shlex.join([sys.executable, "-m", "pip", "install"])
TAIL_LINES = 4


class InstrumentError(Exception):
    """Something that the user can put right, said in one line; the log's tail may follow."""

    def __init__(self, message: str, log: Path | None = None):
        super().__init__(message)
        written = log.read_text("utf-8", errors="replace") if log and log.exists() else ""
        self.tail = tail_of_log(written)
        for line in self.tail:
            self.add_note(line)  # which a traceback shows, too


def tail_of_log(text: str) -> list[str]:
    """Return what a log says went wrong: each error once, with its place, then the last lines.

    Frames of tracebacks are left out, and lines of mere information where there are others.
    """
    place, errors, others = "", [], []
    for line in text.splitlines():
        if match := re.match(r'\s+File "(.+)", line (\d+)', line):
            place = f" ({match[1]}, line {match[2]})"
        elif re.match(r"[\w.]*(Error|Exception)\b", line):
            errors.append(line + place)
        elif line.strip() and not line.startswith((" ", "Traceback", "During", "gunicorn.errors")):
            others.append(line)
    loud = [line for line in others if not re.search(r"\bINFO\b", line)]
    return [*dict.fromkeys(errors), *(loud or others)[-TAIL_LINES:]]


def not_installed(name: str, remedy: str = f"{PIP_INSTALL} -r requirements.txt") -> str:
    """Return what to say of a program or a package that is missing."""
    return f"{name} is not installed: {remedy}"


def not_importable(error: ImportError) -> str:
    """Return what to say of an import that failed: others' module was found, or none, or a damaged one."""
    package = (error.name or "").partition(".")[0]
    if theirs := on_pythonpath(package):
        return f"another {package} was found, {theirs}: unset PYTHONPATH"
    if isinstance(error, ModuleNotFoundError) and error.name == package:
        return not_installed(package)
    repair = f"{PIP_INSTALL} --force-reinstall -r requirements.txt"
    return f"a package is damaged ({error}): {repair}"


def on_pythonpath(module: str) -> str:
    """Return the file of a module that PYTHONPATH leads to, or nothing."""
    folders = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    with suppress(ImportError, ValueError):
        spec = find_spec(module)
        if spec and spec.origin and any(map(Path(spec.origin).is_relative_to, folders)):
            return spec.origin
    return ""
