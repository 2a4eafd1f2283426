"""Installs the newest releases, writes tables and outputs anew, runs the tests, and shows the diff.

python -m tests.support.upgrade                   the newest release of every package
python -m tests.support.upgrade gunicorn==25.3.0  these alone, and all others as they are

results/upgrade.md names Python, the versions, and what is left for you: cells and blocks that could
not be tried or rewritten, and tests that fail. All else is what `git diff` shows.
"""

import platform
import re
import shlex
import subprocess
import sys
from importlib import metadata

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


def named():
    return dict.fromkeys(name for path in FILES for name in NAME.findall(path.read_text("utf-8")))


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
    log = REPORT.with_suffix(".log")
    command = shlex.join([sys.executable, "-m", *words])
    wide = "export COLUMNS=300"  # for pytest's one line about each failure
    script = f"{wide}; {command} 2>&1 | tee {shlex.quote(str(log))}"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", script], cwd=ROOT, check=False)
    return done.returncode, log.read_text("utf-8").splitlines(keepends=True)


def git(*words):
    return subprocess.check_output(["git", *words], cwd=ROOT, encoding="utf-8")


def report(cells, outputs, tests):
    """Return what git does not tell: the versions, and what is left of each command's lines."""
    packages = [name.partition("[")[0] for name in named()]
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in packages)
    left = [line for line in cells if line.startswith(("compare: ", "  log: "))]
    left += [line for line in outputs if not re.search(": (as it was|rewritten)$", line)]
    left += [line for line in tests[:-1] if line.startswith("FAILED ")] + tests[-1:]
    told = f"Run with Python {platform.python_version()}, {versions}.\n\nLeft for you:\n\n```text\n"
    return (told + "".join(left))[:LONGEST].rstrip() + "\n```\n"


def main():
    writable(REPORT.parent)
    if git("status", "--porcelain", "--untracked-files=no"):
        raise InstrumentError("commit your changes first, since git diff shows what is news")
    pip = ("pip", "install", "--quiet", "--disable-pip-version-check")
    if run(*pip, *(sys.argv[1:] or ["--upgrade", *named()]))[0]:
        raise InstrumentError("pip has not installed them")
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
