"""Servers that faults are done to, started on free ports, and clients that ask them."""

import os
import re
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from subprocess import Popen
from typing import Self

import psutil

from instrument.edges import processes, signals
from instrument.edges.clients import FAILURES, connection_to, exchange, in_words
from instrument.edges.errors import InstrumentError
from instrument.edges.processes import ROOT, wait_until
from instrument.edges.tools import find
from instrument.servers import Server

PATIENCE = 20.0
TIMEOUT_SECONDS = 2
GRACE = 30.0  # after which gunicorn tells a worker again, that was starting and missed its SIGTERM
CHAPTER_5_APPS = {"wsgi": "production.wsgi_app:app", "asgi": "production.asgi_app:app"}
CHAPTER_5_NGINX = ROOT / "production" / "nginx.conf"
CHAPTER_6_NGINX = ROOT / "connections" / "nginx.conf"  # which keeps a pool of connections
COPIED_APPS = {"wsgi": "wsgi_app:app", "asgi": "asgi_app:app"}  # of these, to be edited
ODD_APPS = {"wsgi": "instrument.faults.odd_apps:wsgi", "asgi": "instrument.faults.odd_apps:asgi"}
Change = tuple[str, str]  # of a configuration: what it says, and what it is to say
Changes = Sequence[Change]


class Launched:
    """A server that runs: its port, its processes and its log."""

    def __init__(self, port: int, process: Popen[bytes], log: Path):
        self.port = port
        self.master = psutil.Process(process.pid)
        self.log = log

    def workers(self) -> set[int]:
        """Return the process ids of the master's children, but uvicorn's resource tracker."""
        found = set()
        with suppress(psutil.NoSuchProcess):
            for child in processes.children(self.master):
                with suppress(psutil.NoSuchProcess):
                    if "resource_tracker" not in " ".join(child.cmdline()):
                        found.add(child.pid)
        return found

    def workers_or_self(self) -> set[int]:
        """Return the processes that answer: a single uvicorn is its own worker."""
        return self.workers() or {self.master.pid}

    def held(self, *workers: int) -> int:
        """Return how many open connections these workers have accepted."""
        every = [each for pid in workers for each in psutil.Process(pid).net_connections("tcp4")]
        ours = [each for each in every if each.laddr and each.laddr.port == self.port]
        return sum(each.status == psutil.CONN_ESTABLISHED for each in ours)

    def said(self, text: str) -> int:
        """Return how often a text stands in the log."""
        return self.log.read_text(encoding="utf-8", errors="replace").count(text)

    def wait_for_others(self, before: set[int], enough: Callable[[], bool] = lambda: False) -> None:
        """Wait until as many workers are there, and none of those before, or until it is enough."""
        wait_until(
            lambda: enough() or len(now := self.workers()) == len(before) and not now & before,
            seconds=GRACE + PATIENCE,
        )


@contextmanager
def launched(
    server: Server,
    *options: str,
    workers: int = 2,
    apps: dict[str, str] = CHAPTER_5_APPS,
    is_asked: bool = True,
    **variables: str,
) -> Iterator[Launched]:
    """Start a server on a free port, with the app of its interface, and kill it.

    It is handed over once all of its workers are up. An app that does not answer GET / at once is
    not asked that. The variables are the server's environment's. What is to be said of a stop has
    been seen by then, and a graceful one takes up to a second.
    """
    port = processes.free_port()
    command = server.command(port, workers, apps[server.interface], *options)
    with tempfile.TemporaryDirectory(prefix="fault-") as scratch:
        log = Path(scratch) / "log"
        with processes.serving(
            server.name, command, port, log, server.booted, workers, is_asked, 0, **variables
        ) as process:
            yield Launched(port, process, log)


def timeout(server: Server) -> str:
    """Return the option that has a master look for workers that hang."""
    return f"{server.options.timeout}={TIMEOUT_SECONDS}"


def comes_true(condition: Callable[[], object], seconds: float) -> bool:
    """Return whether a condition becomes true within some seconds."""
    try:
        wait_until(condition, seconds=seconds)
    except InstrumentError:
        return False
    return True


def whole(seconds: float) -> int:
    """Return whole seconds: a busy machine adds to them, and a timer is early only by little."""
    return int(seconds + 0.1)


@dataclass(frozen=True)
class Answer:
    """What a client got, and the seconds it waited."""

    status: int | None  # None: there was none
    text: str  # of the body, or of the error
    seconds: float

    def __str__(self) -> str:
        return str(self.status) if self.status else self.text


def ask(
    port: int, path: str = "/", seconds: float = PATIENCE, headers: dict[str, str] | None = None
) -> Answer:
    """Return what a client gets on a connection of its own, as an error, too."""
    with connection_to(port, seconds) as connection:
        return ask_on(connection, path, headers)


def ask_on(
    connection: HTTPConnection,
    path: str,
    headers: dict[str, str] | None = None,
    method: str = "GET",
) -> Answer:
    """Return what a client gets on this connection, which is opened when it is closed."""
    begun = time.monotonic()
    try:
        response = exchange(connection, path, method, headers=headers)
        return Answer(response.status, response.body.decode(), response.seconds)
    except FAILURES as error:
        connection.close()
        return Answer(None, in_words(error), time.monotonic() - begun)


class Users:
    """Users that send the next request as soon as they have an answer, and their answers.

    Each request has a connection of its own, unless `keep` is true.
    """

    def __init__(self, port: int, path: str, users: int, keep: bool = False, method: str = "GET"):
        self.keep, self.method = keep, method
        self.answers: list[Answer] = []
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.use, args=(port, path)) for _ in range(users)]

    def use(self, port: int, path: str) -> None:
        with connection_to(port) as connection:
            while not (self.stopping.is_set() or signals.came()):
                self.answers.append(ask_on(connection, path, method=self.method))
                if not self.keep:
                    connection.close()

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        try:
            self.go_on()
        except BaseException:
            self.stopping.set()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def go_on(self) -> None:
        """Wait until every user, on average, has been answered twice more."""
        enough = len(self.answers) + 2 * len(self.threads)
        wait_until(lambda: len(self.answers) >= enough)

    @property
    def lost(self) -> Counter[str]:
        return Counter(str(each) for each in self.answers if each.status != 200)


@contextmanager
def in_flight(run: Launched, path: str) -> Iterator[tuple[Future[Answer], int]]:
    """Send a request; hand it over, and the worker that has begun it; wait until it is over."""
    seen = run.said("begins")
    with ThreadPoolExecutor(1) as client:
        request = client.submit(ask, run.port, path)
        wait_until(lambda: run.said("begins") > seen)
        yield request, last_begun(run)


def last_begun(run: Launched) -> int:
    """Return the worker that has begun a request last."""
    *_, worker = re.findall(r"(\d+) begins", run.log.read_text(encoding="utf-8"))
    return int(worker)


@dataclass(frozen=True)
class Proxy:
    """An nginx that runs."""

    port: int
    worker: int  # its process id
    log: Path


@contextmanager
def nginx(conf: Path, upstream: int, *changes: Change, is_asked: bool = True) -> Iterator[Proxy]:
    """Start nginx before a server, in the foreground and in a folder of its own."""
    port = processes.free_port()
    ports = ("127.0.0.1:8000", f"127.0.0.1:{upstream}"), ("127.0.0.1:8080", f"127.0.0.1:{port}")
    text = conf.read_text(encoding="utf-8")
    for old, new in (*ports, *changes):
        if old not in text:
            raise InstrumentError(f"{conf.name} no longer says {old}")
        text = text.replace(old, new)
    with tempfile.TemporaryDirectory(prefix="nginx-") as folder:
        (Path(folder) / "nginx.conf").write_text(text, encoding="utf-8")
        command = [find("nginx") or "nginx", "-p", folder, "-c", "nginx.conf", "-e", "stderr"]
        if os.geteuid() == 0:  # or its worker is nobody, who can't write what it buffers
            command += ["-g", "user root;"]
        log = Path(folder) / "log"
        with processes.running(command, log) as process:
            master = psutil.Process(process.pid)
            wait_until(master.children, process, log)
            if is_asked:
                wait_until(lambda: ask(port).status == 200, process, log)
            (worker,) = master.children()
            yield Proxy(port, worker.pid, log)


@contextmanager
def entry(
    run: Launched, conf: Path | None, *changes: Change, is_asked: bool = True
) -> Iterator[int]:
    """Hand over the port that clients ask: the server's, or that of an nginx with this configuration."""
    if conf is None:
        yield run.port
    else:
        with nginx(conf, run.port, *changes, is_asked=is_asked) as proxy:
            yield proxy.port


@contextmanager
def edited(server: Server, *options: str, more: str = "") -> Iterator[tuple[Launched, set[int]]]:
    """Edit an app that runs, and send HUP; hand over the server, and the workers that it had."""
    with copied_apps() as folder:
        options = (f"{server.options.app_folder}={folder}", *options)
        with launched(server, *options, apps=COPIED_APPS) as run:
            before = run.workers()
            edit_apps(folder, more)
            run.master.send_signal(signal.SIGHUP)
            yield run, before


@contextmanager
def copied_apps() -> Iterator[str]:
    """Hand over a folder with copies of the apps, to be edited."""
    with tempfile.TemporaryDirectory(prefix="fault-") as folder:
        for app in (*(ROOT / "production").glob("*_app.py"), Path(__file__).parent / "odd_apps.py"):
            copy = Path(folder) / app.name
            copy.write_text(app.read_text("utf-8"), "utf-8")
            os.utime(copy, (0, 0))  # or Python takes an edit in the same second for none
        yield folder


def edit_apps(folder: str, more: str) -> None:
    for copy in Path(folder).glob("*.py"):
        copy.write_text(copy.read_text("utf-8").replace('"old"', '"new"') + more, "utf-8")
