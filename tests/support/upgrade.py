"""Installs the newest releases, runs everything, and reports what the text says differently then.

python -m tests.support.upgrade                   the newest release of every package
python -m tests.support.upgrade gunicorn==25.3.0  these alone, and all others as they are

It changes requirements, tables and outputs in the working tree, for `git diff` to show, and writes
results/upgrade.md. The exit status is 0 where nothing is said differently, and 3 where something is.
"""

import argparse
import importlib
import math
import re
import sys
import tempfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from instrument import processes, signals
from instrument.errors import InstrumentError
from instrument.faults import TABLES, tables
from instrument.processes import ROOT, wait_until
from instrument.program import run_program
from instrument.saved import writable, write
from tests.support.readme import difference

FILES = (
    "requirements.txt",
    "frameworks/requirements.txt",
    "diagnosis/requirements.txt",
    "tests/requirements.txt",
)
REPORT = ROOT / "results/upgrade.md"
NEWS = 3
LONGEST = 60_000  # characters: an issue of GitHub's takes 65,536
NEAR = 0.25  # by so much may a measured number differ, as in the tests
SPECIFIER = re.compile(r"(?P<head>[^#]*?(?:~=|==)\s*)(?P<version>[\d.]+)(?P<rest>.*)")
FOOTER = re.compile(
    r"[+-]gunicorn \d.* system \w+(, nginx [\d.]+)?\."
)  # of a table: the versions are told apart
UNTOLD = ("--- ", "+|", "-|")  # of a diff: the old file's name, and rows of tables
PAGE = re.compile(r"^(?=\S+: (?:as it was|rewritten)$)", re.MULTILINE)  # of `make outputs`
BANNER = re.compile(r"- .*Starting \w+ \d+\.\.\.")  # as the chapters show it: gunicorn 27...


@dataclass(frozen=True)
class Done:
    """A command that was run: its exit status, and what it printed."""

    status: int
    printed: str


def requirements(text):
    """Yield what a requirements file asks for."""
    for line in text.splitlines():
        asked = line.partition("#")[0].strip()
        if asked and not asked.startswith("-"):
            yield Requirement(asked)


def raised(text, versions):
    """Return a requirements file that takes these versions; what takes them already stays."""
    lines = []
    for line in text.splitlines():
        for requirement in requirements(line):
            version = versions[requirement.name]
            if not requirement.specifier.contains(version, prereleases=True):
                found = SPECIFIER.fullmatch(line)
                parts = found["version"].count(".") + 1
                number = ".".join(version.split(".")[:parts])
                line = f"{found['head']}{number}{found['rest']}"
        lines.append(f"{line}\n")
    return "".join(lines)


def differs(old, new):
    """Return whether a cell says something else now: a number, by more than chance."""
    if isinstance(old, (int, float)) and isinstance(new, (int, float)):
        return abs(new - old) > NEAR * abs(old)
    return old != new


def cells(before, after):
    """Yield a line for each cell that says something else now."""
    for row, told in after["cells"].items():
        for column, new in told.items():
            old = before["cells"].get(row, {}).get(column)
            if differs(old, new):
                yield f"- {row}, {column}: *{old}*, now *{new}*"


def changed(before, after):
    """Yield a line for each name whose value is another one now."""
    for name in {**before, **after}:
        if before.get(name) != after.get(name):
            yield f"- {name} {before.get(name)}, now {after.get(name)}"


def told_by_git(diff):
    """Return the changed lines of each file in a diff, without tables, whose cells are told apart."""
    lines = []
    for line in diff.splitlines():
        if line.startswith("+++ "):
            lines.append(line.removeprefix("+++ b/"))
        elif line[:1] in ("+", "-") and not (line.startswith(UNTOLD) or FOOTER.fullmatch(line)):
            lines.append(line)
    names = {place for place, line in enumerate(lines) if line[:1] not in ("+", "-")}
    is_empty = {place for place in names if place + 1 in names | {len(lines)}}
    return "\n".join(line for place, line in enumerate(lines) if place not in is_empty)


def by_hand(printed):
    """Return what `make outputs` left, and in how many blocks that is a version's number alone."""
    found, versions = [], 0
    for page in PAGE.split(printed):
        name = page.partition(":")[0]
        for block in page.split("by hand: ")[1:]:
            where, *told = block.partition("it printed at last:\n")[0].splitlines()
            now = [line[2:] for line in told if line.startswith("+ ")]
            shown = [line for line in told if line.startswith("- ")]
            gone = [line for line in shown if all(difference([line[2:]], [new]) for new in now)]
            if gone and all(map(BANNER.fullmatch, gone)):
                versions += 1
            else:
                found += [f"{name}, {where}", *told]
    if versions:
        found.append(f"blocks in which a server's version alone differs: {versions}")
    return "\n".join(found)


def failures(done):
    """Return which tests failed, and what the tests said at last, or nothing."""
    if not done.status:
        return ""
    lines = done.printed.splitlines()
    named = dict.fromkeys(line for line in lines if line.startswith("FAILED "))  # tried twice
    return "\n".join([*named, lines[-1]])


def told(every):
    """Return what the commands that failed said of it."""
    lines = [line for done in every if done.status for line in done.printed.splitlines()]
    return "\n".join(line for line in lines if line.startswith(("compare: ", "  log: ")))


def report(versions, news):
    """Return the report in Markdown: what has another version, and each part that has news."""
    parts = ["# What the newest releases change", "\n".join(versions) or "No version changed."]
    for title, text in news.items():
        is_list = text.startswith("- ") and title.startswith("Table")
        parts += [f"## {title}", text if is_list else f"````diff\n{text}\n````"]
    if not news:
        parts.append("The tests pass, and no table and no output says anything else.")
    text = "\n\n".join(parts) + "\n"
    if len(text) > LONGEST:
        text = (
            text[:LONGEST].rpartition("\n")[0]
            + "\n````\n\nAnd so on: `make upgrade` shows it all.\n"
        )
    return text


def run(*command):
    """Run a command to its end, however long it takes, in a group of its own; show what it prints."""
    print("$", *command, flush=True)
    with tempfile.TemporaryFile() as output:
        wide = {"COLUMNS": "300"}  # for pytest's one line about each failure
        options = {"cwd": ROOT, "env": processes.environment() | wide}
        process = processes.start(list(map(str, command)), output, **options)
        wait_until(lambda: process.poll() is not None, seconds=math.inf)
        processes.end(process)
        output.seek(0)
        printed = output.read().decode(errors="replace")
    print(printed, flush=True)
    return Done(process.returncode, printed)


def must(*command):
    """Run a command, and return what it prints; raise InstrumentError when it fails."""
    done = run(*command)
    if done.status:
        last = next(filter(None, reversed(done.printed.splitlines())), "it says nothing")
        raise InstrumentError(f"{' '.join(map(str, command[:4]))} …: {last}")
    return done.printed


def asked_for(words):
    """Return what to install: what was named, or the newest of everything."""
    try:
        named = [str(Requirement(word)) for word in words]
    except InvalidRequirement as error:
        raise InstrumentError(f"this names no package: {error}".splitlines()[0]) from error
    texts = [(ROOT / name).read_text() for name in FILES]
    every = [requirement for text in texts for requirement in requirements(text)]
    newest = [f"{each.name}[{','.join(each.extras)}]" for each in every]  # of any version
    return named or ["--upgrade", *newest]


def installed():
    importlib.invalidate_caches()
    texts = [(ROOT / name).read_text() for name in FILES]
    names = [each.name for text in texts for each in requirements(text)]
    return {name: metadata.version(name) for name in names}


def saved():
    return {table.name: table.saved() for table in tables()}


def upgrade(options):
    """Install, run everything, and return the versions that changed and the news, by title."""
    writable(REPORT.parent)
    asked = asked_for(options.packages)
    tables(options.tables)
    for path in options.readmes:
        if not path.is_file():
            raise InstrumentError(f"there is no file {path}")
    if must("git", "status", "--porcelain", "--untracked-files=no"):
        raise InstrumentError(
            "commit your changes first: the report is what git calls a difference"
        )
    python = (sys.executable, "-m")
    before, earlier = installed(), saved()
    must(*python, "pip", "install", "--quiet", "--disable-pip-version-check", *asked)
    now = installed()
    for name in FILES:
        write(ROOT / name, raised((ROOT / name).read_text(), now))
    filled = [
        run(*python, "compare", "faults", "--write", "--go-on", name)
        for name in options.tables or TABLES
    ]
    outputs = run(*python, "tests.support.rewrite", *options.readmes)
    tests = run(*python, "tests", *(["-k", options.tests] if options.tests else []))
    diff = must("git", "diff", "--unified=0", "--", "*.md", "*requirements.txt")
    after = saved()
    others = {name: (earlier[name]["versions"], after[name]["versions"]) for name in TABLES}
    machine = {line for each in others.values() for line in changed(*each)}
    news = {
        **{f"Table {name}": "\n".join(cells(earlier[name], after[name])) for name in TABLES},
        "What git diff shows": told_by_git(diff),
        "Cells that could not be tried": told(filled),
        "Outputs that differ and are left for you": by_hand(outputs.printed),
        "Tests that fail": failures(tests),
    }
    versions = list(changed(before, now))
    return [*versions, *sorted(machine - set(versions))], {
        title: text for title, text in news.items() if text
    }


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.support.upgrade", description=__doc__)
    parser.add_argument("packages", nargs="*", metavar="PACKAGE", help="default: the newest of all")
    parser.add_argument("--tables", nargs="+", default=[], metavar="TABLE", help="default: all")
    parser.add_argument("--readmes", nargs="+", default=[], type=Path, metavar="README")
    parser.add_argument("--tests", metavar="EXPRESSION", help="of pytest's -k; default: all")
    options = parser.parse_args()
    signals.note()
    versions, news = upgrade(options)
    write(REPORT, report(versions, news))
    print(REPORT.relative_to(ROOT))
    return NEWS if news else 0


if __name__ == "__main__":
    sys.exit(run_program("upgrade", main))
