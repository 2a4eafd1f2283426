"""Installs the newest releases, writes tables and outputs anew, runs the tests, and shows the diff.

python -m tests.support.upgrade                   the newest release of every package
python -m tests.support.upgrade gunicorn==25.3.0  these alone, and all others as they are

results/upgrade.md names Python, the versions, and what is left for you: cells and blocks that could
not be tried or rewritten, and tests that fail. All else is what `git diff` shows.
"""

import os
import platform
import re
import subprocess
import sys
from importlib import metadata

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet

from instrument.edges.errors import InstrumentError
from instrument.edges.files import writable, write
from instrument.edges.processes import ROOT
from instrument.edges.program import run_program

FILES = sorted(ROOT.glob("requirements.txt")) + sorted(ROOT.glob("[!.]*/requirements.txt"))
REPORT = ROOT / "results/upgrade.md"
LONGEST = 60_000  # characters: a pull request of GitHub's takes 65,536
NAME = re.compile(r"^\w[\w-]*(?:\[[\w,]+\])?", re.MULTILINE)  # with its extras
PIN = re.compile(r"^([\w-]+)(.*?)([~=]=) ([\d.]+)", re.MULTILINE)


def named(files):
    return dict.fromkeys(name for path in files for name in NAME.findall(path.read_text("utf-8")))


def raised(text, version_of):
    """Return a requirements file that takes these versions; what takes them already stays."""

    def newer(pin):
        name, between, operator, old = pin.groups()
        version = version_of(name)
        if SpecifierSet(operator + old).contains(version, prereleases=True):
            return pin[0]
        parts = version.split(".")[: old.count(".") + 1]
        return f"{name}{between}{operator} {'.'.join(parts)}"

    return PIN.sub(newer, text)


def run(*words):
    """Run a module of Python, and show what it prints; return its exit status and the lines."""
    print("$ python -m", *words, flush=True)
    lines = []
    wide = os.environ | {"COLUMNS": "300"}  # for pytest's one line about each failure
    with subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        env=wide,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    ) as process:
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    return process.returncode, lines


def git(*words):
    done = subprocess.run(
        ["git", *words], cwd=ROOT, check=True, capture_output=True, encoding="utf-8"
    )
    return done.stdout


def report(cells, outputs, tests):
    """Return what git does not tell: the versions, and what is left of each command's lines."""
    packages = [name.partition("[")[0] for name in named(FILES)]
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in packages)
    left = [line for line in cells if line.startswith(("compare: ", "  log: "))]
    left += [line for line in outputs if not re.search(": (as it was|rewritten)$", line)]
    left += [line for line in tests[:-1] if line.startswith("FAILED ")] + tests[-1:]
    told = f"Run with Python {platform.python_version()}, {versions}.\n\nLeft for you:\n\n```text\n"
    return (told + "".join(left))[:LONGEST].rstrip() + "\n```\n"


def main():
    words = sys.argv[1:]
    writable(REPORT.parent)
    try:
        asked = [str(Requirement(word)) for word in words]
    except InvalidRequirement as error:
        raise InstrumentError(f"this names no package: {error}".splitlines()[0]) from error
    if git("status", "--porcelain", "--untracked-files=no"):
        raise InstrumentError("commit your changes first, since git diff shows what is news")
    pip = ("pip", "install", "--quiet", "--disable-pip-version-check")
    status, lines = run(*pip, *(asked or ["--upgrade", *named(FILES)]))
    if status:
        raise InstrumentError(f"pip has not installed them: {lines[-1].strip()}")
    for path in FILES:
        write(path, raised(path.read_text("utf-8"), metadata.version))
    done = [
        run("compare", "faults", "--write", "--go-on"),
        run("tests.support.rewrite"),
        run("tests"),
    ]
    write(REPORT, report(*(lines for _, lines in done)))
    print(git("diff", "--stat"), REPORT.read_text("utf-8"), REPORT.relative_to(ROOT), sep="\n")
    return 1 if any(status for status, _ in done) else 0


if __name__ == "__main__":
    sys.exit(run_program("upgrade", main))
