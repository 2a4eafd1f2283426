"""The five servers that faults are done to, started on free ports, and clients that ask them."""

import http.client
import os
import re
import shlex
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import Self

import psutil

from compare import processes
from compare.check import find
from compare.processes import Fault

GUNICORN = "gunicorn --bind 127.0.0.1:{port} --workers {workers} --no-control-socket"
PATIENCE = 20.0
APPS = ("production.wsgi_app:app", "production.asgi_app:app")  # of each interface


@dataclass(frozen=True)
class Server:
    """A server, and how its options are called."""

    name: str
    start: str  # with {port} and {workers}
    slots: int | None = None  # of one worker; None: as many as come
    is_gunicorn: bool = True

    @property
    def is_asgi(self) -> bool:
        return self.slots is None

    def option(self, gunicorns: str, uvicorns: str) -> str:
        return gunicorns if self.is_gunicorn else uvicorns


SERVERS = (
    Server("sync", f"{GUNICORN} --worker-class sync", slots=1),
    Server("gthread", f"{GUNICORN} --worker-class gthread --threads 2", slots=2),
    Server("uvicorn-worker", f"{GUNICORN} --worker-class uvicorn_worker.UvicornWorker"),
    Server("asgi", f"{GUNICORN} --worker-class asgi"),
    Server(
        "uvicorn",
        "uvicorn --port {port} --workers {workers} --no-access-log",
        is_gunicorn=False,
    ),
)


class Running:
    """A server that runs: its port, its processes and its log."""

    def __init__(self, port: int, process: Popen[bytes], log: Path):
        self.port = port
        self.master = psutil.Process(process.pid)
        self.log = log

    def workers(self) -> set[int]:
        """Return the process ids of the master's children, but uvicorn's resource tracker."""
        found = set()
        with suppress(psutil.NoSuchProcess):
            for child in self.master.children():
                with suppress(psutil.NoSuchProcess):
                    if "resource_tracker" not in " ".join(child.cmdline()):
                        found.add(child.pid)
        return found

    def held(self, *workers: int) -> int:
        """Return how many open connections these workers have accepted."""
        every = [each for pid in workers for each in psutil.Process(pid).net_connections()]
        ours = [each for each in every if each.laddr and each.laddr.port == self.port]
        return sum(each.status == psutil.CONN_ESTABLISHED for each in ours)

    def said(self, text: str) -> int:
        """Return how often a text stands in the log."""
        return self.log.read_text(errors="replace").count(text)

    def wait_for_others(self, before: set[int]) -> None:
        """Wait until as many workers are there, and none of those before."""
        wait_until(lambda: len(self.workers()) == len(before) and not self.workers() & before)


@contextmanager
def running(
    server: Server,
    options: str = "",
    workers: int = 2,
    apps: tuple[str, str] = APPS,
    answers: bool = True,
) -> Iterator[Running]:
    """Start a server on a free port, and wait until all of its workers are there.

    `answers` says that its app answers GET / at once, which is waited for, too.
    """
    port = processes.free_port()
    command = f"{server.start.format(port=port, workers=workers)} {options} {apps[server.is_asgi]}"
    with tempfile.TemporaryDirectory(prefix="fault-") as scratch:
        log = Path(scratch) / "log"
        with processes.running(command, log) as process:
            run = Running(port, process, log)
            if answers:
                wait_until(lambda: ask(port).status == 200, process, log)
            wait_until(lambda: run.said(booted(server)) >= workers, process, log)
            yield run


def booted(server: Server) -> str:
    """Return what a log says once a worker is there."""
    if server.name in ("uvicorn", "uvicorn-worker"):
        return "Application startup complete"
    return "ASGI server listening" if server.name == "asgi" else "Booting worker"


def wait_until(
    condition: Callable[[], object],
    process: Popen[bytes] | None = None,
    log: Path | None = None,
    seconds: float = PATIENCE,
) -> None:
    """Raise Fault when the condition does not come true, or the process has ended.

    Raises Interrupted when the user has asked to stop.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        processes.signals.check()
        if process and process.poll() is not None:
            raise Fault("the server ended", log)
        if time.monotonic() > deadline:
            raise Fault("waited in vain", log)
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


@dataclass(frozen=True)
class Answer:
    """What a client got, and after how long."""

    status: int | None  # None: there was none
    text: str  # of the body, or of the error
    seconds: float

    def __str__(self):
        return str(self.status) if self.status else self.text


def ask(
    port: int, path: str = "/", seconds: float = PATIENCE, headers: dict[str, str] | None = None
) -> Answer:
    """Return what a client gets on a connection of its own, as an error, too."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)) as connection:
        return ask_on(connection, path, headers)


def ask_on(
    connection: http.client.HTTPConnection, path: str, headers: dict[str, str] | None = None
) -> Answer:
    """Return what a client gets on this connection, which is opened when it is closed."""
    start = time.monotonic()
    try:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return Answer(answer.status, answer.read().decode(), time.monotonic() - start)
    except (http.client.RemoteDisconnected, ConnectionResetError):
        told = "empty reply"
    except ConnectionRefusedError:
        told = "refused"
    except TimeoutError:
        told = "no answer"
    except OSError as error:
        told = error.strerror or str(error)
    except http.client.HTTPException as error:
        told = type(error).__name__
    connection.close()
    return Answer(None, told, time.monotonic() - start)


class Load:
    """Some users who ask again as soon as they are answered, and what they got.

    Each request has a connection of its own, unless a user is to keep his.
    """

    def __init__(self, port: int, path: str, users: int, keep: bool = False):
        self.keep = keep
        self.answers: list[Answer] = []
        self.stopping = threading.Event()
        self.users = [threading.Thread(target=self.use, args=(port, path)) for _ in range(users)]

    def use(self, port: int, path: str) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
            while not (self.stopping.is_set() or processes.signals.received):
                self.answers.append(ask_on(connection, path))
                if not self.keep:
                    connection.close()

    def __enter__(self) -> Self:
        for user in self.users:
            user.start()
        try:
            self.go_on()
        except BaseException:
            self.stopping.set()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        for user in self.users:
            user.join()

    def go_on(self) -> None:
        """Wait until every user, on average, has been answered twice more."""
        enough = len(self.answers) + 2 * len(self.users)
        wait_until(lambda: len(self.answers) >= enough)

    @property
    def lost(self) -> Counter[str]:
        return Counter(str(each) for each in self.answers if each.status != 200)


@contextmanager
def in_flight(run: Running, path: str) -> Iterator[tuple[Future[Answer], int]]:
    """Send a request; hand it over, and the worker that has begun it; wait until it is over."""
    seen = run.said("begins")
    with ThreadPoolExecutor(1) as client:
        request = client.submit(ask, run.port, path)
        wait_until(lambda: run.said("begins") > seen)
        *_, worker = re.findall(r"(\d+) begins", run.log.read_text())
        yield request, int(worker)


@dataclass(frozen=True)
class Proxy:
    """An nginx that runs."""

    port: int
    worker: int  # its process id
    log: Path


@contextmanager
def nginx(
    conf: Path, upstream: int, *changes: tuple[str, str], answers: bool = True
) -> Iterator[Proxy]:
    """Start nginx before a server, in the foreground and in a folder of its own."""
    port = processes.free_port()
    ports = ("127.0.0.1:8000", f"127.0.0.1:{upstream}"), ("127.0.0.1:8080", f"127.0.0.1:{port}")
    text = conf.read_text()
    for old, new in (*ports, *changes):
        if old not in text:
            raise Fault(f"{conf.name} no longer says {old}")
        text = text.replace(old, new)
    with tempfile.TemporaryDirectory(prefix="nginx-") as folder:
        (Path(folder) / "nginx.conf").write_text(text)
        # Its worker is nobody where root starts it, and could not write what it buffers.
        root = ["-g", "user root;"] if os.geteuid() == 0 else []
        command = [
            find("nginx") or "nginx",
            "-p",
            folder,
            "-c",
            "nginx.conf",
            "-e",
            "stderr",
            *root,
        ]
        log = Path(folder) / "log"
        with processes.running(shlex.join(command), log) as process:
            master = psutil.Process(process.pid)
            wait_until(master.children, process, log)
            if answers:
                wait_until(lambda: ask(port).status == 200, process, log)
            (worker,) = master.children()
            yield Proxy(port, worker.pid, log)
