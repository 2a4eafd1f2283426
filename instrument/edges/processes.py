"""Processes, which are always ended, ports, and a server that answers."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import Popen
from typing import IO, Any, TypeVar

import psutil

from instrument.edges import signals
from instrument.edges.clients import listens, status_of
from instrument.edges.errors import InstrumentError, not_installed
from instrument.edges.files import own_folder
from instrument.edges.guard import Guard
from instrument.edges.tools import lacking, moved
from instrument.servers import PROGRAMS

ROOT = Path(__file__).absolute().parent.parent.parent  # also where this folder is a link
GRACE_SECONDS = 1.0
START_SECONDS = 20.0
PORTS = range(10_000, 30_000)
MISLEADING = ("PYTHONPATH", "PYTHONSAFEPATH", "PYTHONHOME")  # which modules Python imports
# What changes a server or Locust behind the command line's back; _ ends a prefix.
LEAKING = ("LOCUST_", *(name for program in PROGRAMS for name in program.variables))
PREFIXES = tuple(name for name in LEAKING if name.endswith("_"))


T = TypeVar("T")
_guard = Guard()
unended: list[Popen[bytes]] = []  # what was started


def wait_until(
    condition: Callable[[], T],
    process: Popen[bytes] | None = None,
    log: Path | None = None,
    seconds: float = START_SECONDS,
    otherwise: str = "waited in vain",
) -> T:
    """Return what the condition gives as soon as it is true.

    Raises InstrumentError when that takes too long or the process has ended, and Interrupted when
    the user has asked to stop.
    """
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        signals.check()
        if process:
            check_alive(process, "the server", "too early", log)
        if time.monotonic() > deadline:
            raise InstrumentError(f"{otherwise} within {seconds:.0f} s", log)
        time.sleep(0.05)
    return value


def environment() -> dict[str, str]:
    """Return this process's environment, with its Python's commands first and no leaks."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in (*LEAKING, *MISLEADING) and not name.startswith(PREFIXES)
    }
    scripts = str(Path(sys.executable).parent)
    return {**kept, "PATH": os.pathsep.join([scripts, kept.get("PATH", os.defpath)])}


def start(command: Sequence[str], output: IO[bytes], **options: Any) -> Popen[bytes]:
    """Start a process in a group of its own, which ends at the latest when this process does.

    Raises Interrupted when the user has asked to stop, and InstrumentError when the guard is gone.
    """
    signals.check()
    if not _guard.begin():
        raise InstrumentError("the process that would end the servers was ended: type it again")
    options["env"] = _guard.marked(options.get("env"))
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        **options,
    )
    unended.append(process)
    _guard.note("+", process.pid)
    return process


@contextmanager
def running(
    command: Sequence[str],
    log: Path,
    grace: float = GRACE_SECONDS,
    folder: Path = ROOT,
    /,  # since a variable may have any name
    **variables: str,
) -> Iterator[Popen[bytes]]:
    """Run a command from a folder, and end it with its whole group; the variables are its own.

    Its temporary files lie beside its log, since one that is killed leaves some. Raises
    InstrumentError when the program is not installed, or may not be run.
    """
    if told := moved(command[0]):
        raise InstrumentError(told)
    variables = {"TMPDIR": str(log.parent), **variables}
    with log.open("wb") as output:
        try:
            process = start(command, output, cwd=folder, env=environment() | variables)
        except (FileNotFoundError, PermissionError) as error:  # or a folder that can't be read
            raise InstrumentError(lacking(command[0]) or not_installed(command[0])) from error
    try:
        yield process
    finally:
        end(process, grace)


def printed(command: Sequence[str], log: Path, may_fail: bool = False) -> str:
    """Return what a command prints; raise InstrumentError when it is lacking, fails, or does not end."""
    with running(command, log) as process:
        wait_until(lambda: process.poll() is not None)
    if process.returncode and not may_fail:
        raise InstrumentError(f"{command[0]} {how_it_ended(process.returncode)}", log)
    return log.read_text(encoding="utf-8")


def end(process: Popen[bytes], grace: float = GRACE_SECONDS) -> None:
    """End a process and its group: SIGTERM, a moment of grace, SIGKILL, and wait.

    Workers outlive a master that was killed, so the group is what counts. Once the user has
    asked to stop there is no grace.
    """
    if grace and not signals.came():
        _signal_group(process, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(grace)
    deadline = time.monotonic() + GRACE_SECONDS
    while (
        _signal_group(process, signal.SIGKILL)
        and _group_lives(process)
        and time.monotonic() < deadline
    ):
        time.sleep(0.01)
    process.wait()
    with suppress(ValueError):  # another thread was faster
        unended.remove(process)
        _guard.note("-", process.pid)


def _signal_group(process: Popen[bytes], number: int) -> bool:
    """Signal every process of the group; return False when there is none."""
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):  # macOS refuses when all are zombies
        return False
    return True


def _group_lives(process: Popen[bytes]) -> bool:
    """Return whether a process of the group is more than a zombie, which its parent may not reap."""
    for pid in psutil.pids():
        with suppress(ProcessLookupError):
            if os.getpgid(pid) == process.pid and is_alive(pid):
                return True
    return False


def end_all(but: Sequence[Popen[bytes]] = ()) -> None:
    """End what is still running, but what another part of this program has started."""
    for process in [each for each in unended if each not in but]:
        end(process)


def is_alive(pid: int) -> bool:
    """Return whether a process runs; a zombie does not."""
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


def children(process: psutil.Process) -> list[psutil.Process]:
    """Return its children, as Linux lists them: psutil would look at every process there is."""
    try:
        told = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="utf-8")
    except OSError:  # another system, or the process is gone
        return process.children()
    found = []
    for pid in map(int, told.split()):
        with suppress(psutil.NoSuchProcess):
            found.append(psutil.Process(pid))
    return found


def check_alive(process: Popen[bytes], name: str, when: str, log: Path | None) -> None:
    """Raise InstrumentError when the process has ended."""
    code = process.poll()
    if code is None:
        return
    raise InstrumentError(f"{name} {how_it_ended(code)} {when}", log)


def how_it_ended(code: int) -> str:
    return (
        f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with status {code}"
    )


def free_port(count: int = 1) -> int:
    """Return the first of some ports of 127.0.0.1 in a row on which no program listens.

    They lie below those that the system gives to clients, any of which may be taken by a connection
    before a server is there. No other process of this user is given the same ones for a while.
    """
    with (own_folder() / "ports").open("a+", encoding="utf-8") as counter:
        fcntl.flock(counter, fcntl.LOCK_EX)
        while True:
            counter.seek(0)
            told = counter.read()
            first = int(told) % (len(PORTS) - count) if told.isdigit() else 0
            counter.truncate(0)
            counter.write(str(first + count))
            counter.flush()
            ports = PORTS[first : first + count]
            with suppress(InstrumentError):
                for port in ports:
                    check_port(port)
                return ports[0]


def check_port(port: int, otherwise: str = "leave out --port") -> None:
    """Raise InstrumentError when the port is taken: gunicorn would wait, and the other answer."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise InstrumentError(
                f"port {port} can't be used ({error.strerror}): "
                f"stop the server that has it, or {otherwise}"
            ) from error


@contextmanager
def serving(
    name: str,
    command: Sequence[str],
    port: int,
    log: Path,
    booted: str = "",
    workers: int = 1,
    is_asked: bool = True,
    grace: float = GRACE_SECONDS,
    **variables: str,
) -> Iterator[Popen[bytes]]:
    """Start a server, wait until it is up, hand it over, and stop it.

    It is up when its log says `booted` for each of its workers, and GET / is answered with 200; an
    app that can't be asked that is connected to. Raises InstrumentError, with the tail of its log,
    when the port is taken, or when the server ends, or is not up within START_SECONDS.
    """
    check_port(port)
    with running(command, log, grace, **variables) as process:

        def status() -> int | None:
            check_alive(process, name, "before it answered", log)
            if booted and log.read_text(encoding="utf-8", errors="replace").count(booted) < workers:
                return None
            return status_of(port) if is_asked else 200 if listens(port) else None

        found = wait_until(status, log=log, otherwise=f"{name} did not answer")
        if found != 200:
            raise InstrumentError(f"{name} answers with status {found}", log)
        yield process
