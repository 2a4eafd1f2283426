"""The reader's application: what it is, and its server."""

import argparse
import json
import math
import os
import shlex
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from instrument.arithmetic.sizing import Size
from instrument.edges import processes
from instrument.edges.clients import listens
from instrument.edges.errors import InstrumentError
from instrument.load.others import family, used_by_all

QUIET = 0.05  # of a CPU: what a server uses at most that has started
GUNICORN_CLASSES = {"sync": 1, "gevent": 1000}  # requests that a worker accepts at once


@dataclass(frozen=True)
class Target:
    """An application in a folder and an environment of its own."""

    app: str
    python: str
    folder: Path
    variables: dict[str, str]
    interface: str  # "wsgi" or "asgi"
    versions: dict[str, str]
    has_control: bool  # whether its gunicorn has a control socket

    @property
    def is_asgi(self) -> bool:
        return self.interface == "asgi"

    def words(self, size: Size) -> list[str]:
        """Return the command of a configuration as one would type it, with the default address."""
        if self.is_asgi:
            factory = ["--factory"] if self.app.endswith("()") else []
            app = self.app.removesuffix("()")
            return ["uvicorn", "--workers", str(size.processes), *factory, app]
        kind = ["-k", "gthread", "--threads", str(size.threads)] if size.threads > 1 else []
        return ["gunicorn", "-w", str(size.processes), *kind, self.app]

    def command(self, words: Sequence[str], port: int, scratch: Path) -> list[str]:
        """Return the command that runs such words in the application's environment, on a port."""
        program, *options = words
        if program == "uvicorn":
            ours = ["--host", "127.0.0.1", "--port", str(port), "--no-access-log"]
        else:
            ours = ["--bind", f"127.0.0.1:{port}"]
            ours += ["--no-control-socket"] if self.has_control else []
            if not {"-c", "--config"} & set(options):
                empty = scratch / "empty.conf.py"  # in place of one that lies in the folder
                empty.write_text("", encoding="utf-8")
                ours += ["--config", str(empty)]
        return [self.python, "-m", program, *ours, *options]

    @contextmanager
    def started(self, words: Sequence[str], scratch: Path, size: Size) -> Iterator[tuple[int, int]]:
        """Start a server, wait until it is up, hand over its process and port, and stop it."""
        port = processes.free_port()
        command, log = self.command(words, port, scratch), scratch / "server.log"
        path = os.pathsep.join([str(Path(self.python).parent), os.environ.get("PATH", "")])
        variables = {"PATH": path, **self.variables}
        with processes.running(
            command, log, processes.GRACE_SECONDS, self.folder, **variables
        ) as process:
            name = words[0]

            def is_up() -> bool:
                processes.check_alive(process, name, "before it answered", log)
                return listens(port)

            processes.wait_until(is_up, log=log, otherwise=f"{name} listens on no port")
            wait_until_quiet(process.pid, size.processes)
            processes.check_alive(process, name, "before it answered", log)
            yield process.pid, port


def wait_until_quiet(pid: int, count: int) -> None:
    """Wait until each worker has started, and imported the application."""
    with suppress(InstrumentError):  # an application may be busy all the time
        processes.wait_until(lambda: len(family(pid)) >= count and is_quiet(pid))


def is_quiet(pid: int, seconds: float = 0.5) -> bool:
    before, begun = used_by_all(pid), time.monotonic()
    time.sleep(seconds)
    return used_by_all(pid) - before < QUIET * (time.monotonic() - begun)


def megabytes(pid: int) -> list[float]:
    """Return the memory of a server: of the first process, and what each other one has for itself."""
    found = []
    for place, each in enumerate(family(pid)):
        with suppress(psutil.Error):
            found.append((each.memory_info().rss if not place else own_memory(each)) / 1e6)
    return found or [0.0]


def own_memory(process: psutil.Process) -> int:
    try:
        return process.memory_full_info().uss
    except psutil.AccessDenied:
        return process.memory_info().rss


def found(
    app: str,
    python: str | None,
    folder: Path,
    variables: dict[str, str],
    interface: str | None,
    scratch: Path,
) -> Target:
    """Look at an application in its own Python; raise InstrumentError when it can't be served."""
    if not folder.is_dir():
        raise InstrumentError(f"--app-dir {folder}: there is no such folder")
    program = shutil.which(python) if python else sys.executable
    if not program:
        raise InstrumentError(f"--python {python}: there is no such program")
    program = os.path.abspath(program)  # its folder tells the environment, so links stay
    told, log = scratch / "interface.json", scratch / "interface.log"
    script = processes.ROOT / "instrument/load/interface.py"
    command = [program, str(script), app, str(told)]
    with processes.running(command, log, processes.GRACE_SECONDS, folder, **variables) as process:
        processes.wait_until(
            lambda: process.poll() is not None,
            otherwise=f"importing {app} did not end: leave what serves or waits to a function",
        )
    if not told.exists():
        raise InstrumentError(f"{python or program} can't look at {app}: is it a Python?", log)
    seen = json.loads(told.read_text(encoding="utf-8"))
    if seen["error"]:
        raise InstrumentError(f"{app} can't be imported: {seen['error']}")
    if not seen["is_callable"]:
        raise InstrumentError(
            f"{app} is not an application: name a callable, as shop.wsgi:application"
        )
    if interface and seen["interface"] and interface != seen["interface"]:
        raise InstrumentError(
            f"{app} speaks {seen['interface'].upper()}: leave out --interface {interface}"
        )
    speaks = interface or seen["interface"]
    if not speaks:
        raise InstrumentError(f"{app} does not show its interface: give --interface wsgi or asgi")
    server = "uvicorn" if speaks == "asgi" else "gunicorn"
    if seen[server] is None:
        install = shlex.join([program, "-m", "pip", "install", server])
        raise InstrumentError(f"{server} is not installed there: {install}")
    versions = {server: seen[server], "Python": seen["python"]}
    return Target(app, program, folder, variables, speaks, versions, seen.get("has_control", False))


def words_parser() -> argparse.ArgumentParser:
    """Return what knows those options of gunicorn and uvicorn that matter here, and leaves all others."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("-w", "--workers", type=int)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("-k", "--worker-class", default="sync")
    parser.add_argument("-c", "--config")
    for names in (("-b", "--bind"), ("--host",), ("--port",), ("--uds",), ("--fd",)):
        parser.add_argument(*names)
    return parser


def parsed(command: str, target: Target) -> tuple[list[str], Size]:
    """Return the words of a gunicorn or uvicorn command without its address, and its size."""
    try:
        words = shlex.split(command)
        if words[1:2] == ["-m"]:
            words = words[2:]
        program = Path(words[0]).name if words else ""
        if program not in ("gunicorn", "uvicorn"):
            raise ValueError("only gunicorn and uvicorn are understood")
        told, rest = words_parser().parse_known_args(words[1:])
        if told.config and not told.workers:
            raise ValueError("its file is not read: give -w, -k and --threads beside -c")
    except (ValueError, argparse.ArgumentError) as error:
        raise InstrumentError(f"--current {command!r}: {error}") from error
    count, threads, kind = told.workers or 1, told.threads, told.worker_class
    app = target.app.removesuffix("()") if program == "uvicorn" else target.app
    rest += [] if app in rest else [app]
    found = [program, "--workers", str(count)]
    if program == "gunicorn":
        found += ["--worker-class", kind, *(["--threads", str(threads)] if threads > 1 else [])]
        found += ["--config", told.config] if told.config else []
    size = Size(count, math.inf)
    if not target.is_asgi and kind in GUNICORN_CLASSES:
        size = Size(count, GUNICORN_CLASSES[kind], kind != "sync")
    if kind == "gthread" or (kind == "sync" and threads > 1):
        size = Size(count, threads)
    return [*found, *rest], size
