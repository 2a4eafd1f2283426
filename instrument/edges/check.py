"""Whether this machine is ready for the workshop: one line for each thing that it needs."""

import csv
import os
import re
import resource
import shlex
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import metadata
from itertools import chain
from pathlib import Path

import psutil
from packaging.requirements import Requirement

from command_line import FILES
from instrument import servers
from instrument.edges.errors import PIP_INSTALL, InstrumentError, not_installed
from instrument.edges.files import writable
from instrument.edges.processes import MISLEADING, ROOT, check_port
from instrument.edges.tools import DEBIAN, lacking, moved

PORTS = {8000: "the WSGI server", 8001: "the ASGI server", 8089: "Locust's page"}
REQUIREMENTS = "requirements.txt"
FRAMEWORK_REQUIREMENTS = "frameworks/requirements.txt"  # what chapter 7 needs beside
SCRIPTS = {*(program.name for program in servers.PROGRAMS), "locust"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, and what to do about it; optional things don't stand in the way."""

    good: bool
    what: str
    remedy: str = ""
    optional: bool = False

    def __str__(self) -> str:
        mark = "ok  " if self.good else "note" if self.optional else "BAD "
        return f"{mark}  {self.what}" + (f": {self.remedy}" if self.remedy else "")


def findings() -> Iterator[Finding]:
    yield Finding(True, f"Python {sys.version.split()[0]}")
    yield from misleading()
    yield from scripts()
    yield from packages(REQUIREMENTS)
    for file in of_chapters():
        yield from (replace(each, optional=True) for each in packages(file))
    yield from read_only()
    yield from ports()
    yield open_files()
    for tool in DEBIAN:
        yield Finding(not lacking(tool), lacking(tool) or tool, optional=True)
    yield from leftovers()


def misleading() -> Iterator[Finding]:
    """Yield the variables that change what Python imports; make tells those that it left out."""
    told = os.environ.get("LEFT_OUT", "").split()
    for name in MISLEADING:
        if os.environ.get(name) or name in told:
            what = f"{name} is set: what you type may not find our modules and packages"
            yield Finding(False, what, f"unset {name}", optional=name == "PYTHONPATH")


def scripts() -> Iterator[Finding]:
    if lines := list(filter(None, map(moved, sorted(SCRIPTS)))):
        yield Finding(False, lines[0])


def read_only() -> Iterator[Finding]:
    try:
        writable(ROOT)
    except InstrumentError as error:
        yield Finding(False, str(error), "copy the repository to a folder where you may write")


def of_chapters() -> list[str]:
    """Return the files of what a single chapter needs beside, which the tests need, too."""
    listed = (ROOT / "tests" / REQUIREMENTS).read_text(encoding="utf-8")
    return re.findall(r"^-r \.\./((?!book)\w+/\S+)", listed, re.MULTILINE)


def packages(file: str) -> Iterator[Finding]:
    install = f"{PIP_INSTALL} -r {file}"
    for line in (ROOT / file).read_text(encoding="utf-8").splitlines():
        wanted = line.partition("#")[0].strip()
        if not wanted:
            continue
        requirement = Requirement(wanted)
        try:
            package = metadata.distribution(requirement.name)
        except metadata.PackageNotFoundError:
            yield Finding(False, not_installed(requirement.name, install))
            continue
        what = f"{requirement.name} {package.version}"
        if not requirement.specifier.contains(package.version):
            yield Finding(False, what, f"{requirement.specifier} is wanted: {install}")
        elif gone := next(files_gone(package), ""):
            same = f"--force-reinstall --no-deps {requirement.name}=={package.version}"
            yield Finding(False, f"{what} has lost {gone}", f"{PIP_INSTALL} {same}")
        else:
            told = lacking(requirement.name)  # since py-spy may be refused
            yield Finding(not told, told or what)


def files_gone(package: metadata.Distribution) -> Iterator[str]:
    """Yield the files that were installed with a package and are gone, but compiled ones."""
    record = package.read_text("RECORD") or ""
    for name, *_ in csv.reader(record.splitlines()):
        if not name.endswith(".pyc") and not os.path.exists(str(package.locate_file(name))):
            yield name


def need_packages(file: str = REQUIREMENTS) -> None:
    """Raise InstrumentError where one is missing, damaged, or of another version than is wanted."""
    for finding in chain(scripts(), packages(file)):
        if not finding.good:
            raise InstrumentError(str(finding).removeprefix("BAD   "))


def ports() -> Iterator[Finding]:
    for port, purpose in PORTS.items():
        try:
            check_port(port)
            yield Finding(True, f"port {port} is free, for {purpose}")
        except InstrumentError:
            how = f"ss -ltnp 'sport = :{port}' names the program"
            yield Finding(False, f"port {port} is taken, and needed for {purpose}", how)


def open_files() -> Finding:
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    good = limit == resource.RLIM_INFINITY or limit >= FILES
    return Finding(good, f"{limit} open files", "" if good else f"ulimit -n {FILES}", optional=True)


def leftovers() -> Iterator[Finding]:
    """Yield the servers of this user that run already, each with the way to end its group."""
    groups: dict[int, str] = {}
    for process in psutil.process_iter(["uids", "cmdline"]):
        command, uids = process.info["cmdline"] or [], process.info["uids"]
        names = {Path(word).name for word in command[:3]}
        if names & SCRIPTS and uids and uids.real == os.getuid():
            with suppress(ProcessLookupError):
                groups.setdefault(os.getpgid(process.pid), shlex.join(command[-3:]))
    for group, command in groups.items():
        yield Finding(False, f"running already, …{command}", f"kill -- -{group}", optional=True)


def is_ready() -> bool:
    """Print what was found, and return whether nothing stands in the way."""
    ready = True
    for finding in findings():
        print(finding)
        ready &= finding.good or finding.optional
    print("This machine is ready." if ready else "This machine is not ready.")
    return ready
