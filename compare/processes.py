"""The edges: processes, which are always ended, signals, ports, and a server that answers."""

import atexit
import http.client
import os
import re
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import psutil

ROOT = Path(__file__).resolve().parent.parent
GRACE_SECONDS = 1.0
START_SECONDS = 20.0
TAIL_LINES = 4
# What changes gunicorn, uvicorn or Locust behind the command line's back.
LEAKING = ("PORT", "WEB_CONCURRENCY", "FORWARDED_ALLOW_IPS", "GUNICORN_", "UVICORN_", "LOCUST_")


GUARD = """
import os, signal, sys
groups = set()
for line in sys.stdin:
    (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
for group in groups:
    try:
        os.killpg(group, signal.SIGKILL)
    except OSError:
        pass
"""


class Fault(Exception):
    """Something that the user can put right, said in one line; the log's tail may follow."""

    def __init__(self, message: str, log: Path | None = None):
        super().__init__(message)
        self.tail = tail_of_log(log.read_text(errors="replace")) if log else []


class Interrupted(Exception):
    """Ctrl-C, or a signal that asks to stop; the exit status is 128 + its number."""

    def __init__(self, number: int):
        super().__init__(f"stopped by {signal.Signals(number).name}")
        self.number = number
        self.exit_status = 128 + number


class Signals:
    """Turns the first signal into Interrupted, but not while a process is born or ended.

    It is raised in the main thread alone, as signals are; other threads look at `received`.
    """

    def __init__(self):
        self.received: int | None = None
        self._held = 0
        self._raised = False

    def handle(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._receive)

    def _receive(self, number: int, frame: object) -> None:
        self.received = self.received or number
        self._raise_when_free()

    def _raise_when_free(self) -> None:
        if self.received and not self._held and not self._raised:
            self._raised = True
            raise Interrupted(self.received)

    def check(self) -> None:
        """Raise Interrupted when a signal has come, for those who look instead of being held up."""
        if self.received:
            self._raised |= threading.current_thread() is threading.main_thread()
            raise Interrupted(self.received)

    @contextmanager
    def held(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
        self._raise_when_free()


class Guard:
    """A process that ends the groups it was told of when this one is gone, even by SIGKILL."""

    def __init__(self):
        self._process: subprocess.Popen | None = None
        self._lock = threading.Lock()

    def note(self, sign: str, group: int) -> None:
        with self._lock:
            self._note(sign, group)

    def _note(self, sign: str, group: int) -> None:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", GUARD],
                stdin=subprocess.PIPE,
                start_new_session=True,
                text=True,
            )
            atexit.register(self.leave)
        self._process.stdin.write(f"{sign}{group}\n")
        self._process.stdin.flush()

    def leave(self) -> None:
        """Let it end what is left, and wait for it."""
        self._process.stdin.close()
        self._process.wait()


signals = Signals()
_guard = Guard()
_running: list[subprocess.Popen] = []


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


def missing(name: str) -> str:
    """Return what to say of a package that is not installed."""
    return f"{name} is not installed: {sys.executable} -m pip install -r requirements.txt"


def environment() -> dict[str, str]:
    """Return this process's environment, with its Python's commands first and no leaks."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(LEAKING)}
    scripts = str(Path(sys.executable).parent)
    return {**kept, "PATH": os.pathsep.join([scripts, kept.get("PATH", os.defpath)])}


def start(command: list[str], output: IO[bytes], **options: Any) -> subprocess.Popen:
    """Start a process in a group of its own, which ends at the latest when this process does.

    Raises Interrupted when the user has asked to stop.
    """
    signals.check()
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        **options,
    )
    _running.append(process)
    _guard.note("+", process.pid)
    return process


@contextmanager
def running(command: str, log: Path) -> Iterator[subprocess.Popen]:
    """Run a command from the root, and end it with its whole group."""
    process = None
    try:
        with signals.held(), log.open("wb") as output:
            process = start(shlex.split(command), output, cwd=ROOT, env=environment())
        yield process
    except FileNotFoundError as error:
        if process:
            raise
        raise Fault(missing(shlex.split(command)[0])) from error
    finally:
        if process:
            end(process)


def end(process: subprocess.Popen) -> None:
    """End a process and its group: SIGTERM, a moment of grace, SIGKILL, and wait.

    Workers outlive a master that was killed, so the group is what counts. Once the user has
    asked to stop there is no grace.
    """
    with signals.held():
        if not signals.received:
            _signal_group(process, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(GRACE_SECONDS)
        deadline = time.monotonic() + GRACE_SECONDS
        while (
            _signal_group(process, signal.SIGKILL)
            and _group_lives(process)
            and time.monotonic() < deadline
        ):
            time.sleep(0.01)
        process.wait()
        with suppress(ValueError):  # another thread was faster
            _running.remove(process)
            _guard.note("-", process.pid)


def _signal_group(process: subprocess.Popen, number: int) -> bool:
    """Signal every process of the group; return False when there is none."""
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):  # macOS refuses when all are zombies
        return False
    return True


def _group_lives(process: subprocess.Popen) -> bool:
    """Return whether a process of the group is more than a zombie, which its parent may not reap."""
    for each in psutil.process_iter(["status"]):
        with suppress(ProcessLookupError):
            if os.getpgid(each.pid) == process.pid and each.info["status"] != psutil.STATUS_ZOMBIE:
                return True
    return False


def end_all() -> None:
    """End what a signal at the wrong moment may have left."""
    for process in _running[:]:
        end(process)


def free_port(count: int = 1) -> int:
    """Return the first of some ports of 127.0.0.1 in a row on which nobody listens.

    It lies below those that the system gives to clients, any of which may be taken by a connection
    before a server is there.
    """
    while True:
        first = 10_000 + secrets.randbelow(20_000)
        try:
            for port in range(first, first + count):
                check_port(port)
            return first
        except Fault:
            continue


def check_port(port: int, otherwise: str = "leave out --port") -> None:
    """Raise Fault when something listens on the port: gunicorn would wait, and it would answer."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Fault(
                f"port {port} can't be used ({error.strerror}): "
                f"stop the server that has it, or {otherwise}"
            ) from error


def check_alive(process: subprocess.Popen, name: str, when: str, log: Path) -> None:
    """Raise Fault when the process has ended."""
    code = process.poll()
    if code is None:
        return
    how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with status {code}"
    raise Fault(f"{name} {how} {when}", log)


@contextmanager
def serving(name: str, command: str, port: int, log: Path) -> Iterator[subprocess.Popen]:
    """Start a server, wait until it answers a request, hand it over, and stop it.

    Raises Fault, with the tail of its log, when the port is taken, or when the server ends or
    does not answer within START_SECONDS.
    """
    check_port(port)
    with running(command, log) as process:
        deadline = time.monotonic() + START_SECONDS
        while (status := answer(port)) is None:
            check_alive(process, name, "before it answered", log)
            if time.monotonic() > deadline:
                raise Fault(f"{name} did not answer within {START_SECONDS:.0f} s", log)
            time.sleep(0.05)
        if status != 200:
            raise Fault(f"{name} answers with status {status}", log)
        yield process


def answer(port: int) -> int | None:
    """Return the status of GET /, or None while nobody answers (a reset is a refusal)."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
