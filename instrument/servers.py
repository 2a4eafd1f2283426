"""Every server, once, and the sets in which servers are compared.

To add a server, add an entry to SERVERS. It then has a row in each set, a column in the fault
tables, a row in the table of costs, and keeps the contract of the examples, or the tests fail.
"""

import math
import os
from dataclasses import dataclass, replace
from enum import Enum

WAIT_SECONDS = 1  # that both slow_app.py wait
GEVENT_CONNECTIONS = 1000  # gunicorn's default for --worker-connections
# The pool of asyncio.to_thread, as concurrent.futures.ThreadPoolExecutor sizes it.
TO_THREAD_THREADS = min(32, (os.cpu_count() or 1) + 4)


@dataclass(frozen=True)
class Options:
    """What gunicorn and uvicorn call the same thing, and for how long they keep a connection."""

    timeout: str
    graceful_timeout: str
    max_requests: str
    app_folder: str
    key_file: str
    certificate_file: str
    http2: str  # with its value
    keep_alive: str
    keep_alive_seconds: int  # by default


GUNICORNS = Options(
    timeout="--timeout",
    graceful_timeout="--graceful-timeout",
    max_requests="--max-requests",
    app_folder="--pythonpath",
    key_file="--keyfile",
    certificate_file="--certfile",
    http2="--http-protocols h2,h1",
    keep_alive="--keep-alive",
    keep_alive_seconds=2,
)
UVICORNS = Options(
    timeout="--timeout-worker-healthcheck",
    graceful_timeout="--timeout-graceful-shutdown",
    max_requests="--limit-max-requests",
    app_folder="--app-dir",
    key_file="--ssl-keyfile",
    certificate_file="--ssl-certfile",
    http2="",
    keep_alive="--timeout-keep-alive",
    keep_alive_seconds=5,
)


@dataclass(frozen=True)
class Server:
    """A server, without an application."""

    name: str
    interface: str  # "wsgi" or "asgi"
    start: str  # with {port} and {workers}; with {slots} where its threads are the slots
    options: Options
    slots: float  # requests that one worker works on at once; math.inf: as many as come
    booted: str  # what its log says once for each worker that is up
    is_a: str  # a few words
    waits: str  # how a worker of it waits, in one line
    everywhere: bool = True  # or in the set "waiting" alone

    def command(self, port: int, workers: int, app: str, options: str = "") -> str:
        start = self.start.format(port=port, workers=workers, slots=self.slots)
        return " ".join(filter(None, (start, options, app)))

    @property
    def has_threads(self) -> bool:
        return "{slots}" in self.start

    def with_threads(self, threads: int) -> "Server":
        """Return the same server with so many threads in each worker, if it has threads at all."""
        return replace(self, slots=threads) if self.has_threads else self


GUNICORN = "gunicorn --bind 127.0.0.1:{port} --workers {workers} --no-control-socket"

SERVERS = (
    Server(
        name="sync",
        interface="wsgi",
        start=f"{GUNICORN} --worker-class sync",
        options=GUNICORNS,
        slots=1,
        booted="Booting worker with pid",
        is_a="one request after the other",
        waits="a worker that waits holds one request, and all others wait for a worker",
    ),
    Server(
        name="gthread",
        interface="wsgi",
        start=f"{GUNICORN} --worker-class gthread --threads {{slots}}",
        options=GUNICORNS,
        slots=4,
        booted="Booting worker with pid",
        is_a="threads that take turns",
        waits="a worker of 4 threads holds 4 requests, if it gets them",
    ),
    Server(
        name="gevent",
        interface="wsgi",
        start=f"{GUNICORN} --worker-class gevent",
        options=GUNICORNS,
        slots=GEVENT_CONNECTIONS,
        booted="Booting worker with pid",
        is_a="an event loop under WSGI",
        waits="WSGI waits on an event loop too, where everything can be patched",
        everywhere=False,
    ),
    Server(
        name="uvicorn-worker",
        interface="asgi",
        start=f"{GUNICORN} --worker-class uvicorn_worker.UvicornWorker",
        options=GUNICORNS,
        slots=math.inf,
        booted="Application startup complete",
        is_a="an event loop in a gunicorn worker",
        waits="an event loop that waits holds every request, and none waits for another",
    ),
    Server(
        name="asgi",
        interface="asgi",
        start=f"{GUNICORN} --worker-class asgi",
        options=GUNICORNS,
        slots=math.inf,
        booted="ASGI server listening",
        is_a="gunicorn's own event loop",
        waits="gunicorn's own event loop holds every request, too",
    ),
    Server(
        name="uvicorn",
        interface="asgi",
        start="uvicorn --port {port} --workers {workers} --no-access-log",
        options=UVICORNS,
        slots=math.inf,
        booted="Application startup complete",
        is_a="uvicorn's own processes",
        waits="uvicorn looks after its workers itself",
    ),
)
BY_NAME = {server.name: server for server in SERVERS}
EVERYWHERE = tuple(server for server in SERVERS if server.everywhere)


class Work(Enum):
    """What an application does with each request."""

    WAIT = f"waits for {WAIT_SECONDS} s"
    COMPUTE = "computes, and waits for nothing"
    NOTHING = "answers at once"


@dataclass(frozen=True)
class Subject:
    """What is measured: a server, with the application that it runs."""

    name: str
    server: Server
    app: str
    work: Work
    slots: float  # of one worker, with this application
    teaches: str  # one line for --list

    @property
    def user_class(self) -> str:
        """The class of the locustfile that asks this server."""
        return f"{self.server.interface.capitalize()}User"

    def command(self, port: int, workers: int) -> str:
        return self.server.command(port, workers, self.app)


@dataclass(frozen=True)
class Set:
    """Subjects that differ in one knob, and do the same work."""

    name: str
    knob: str
    teaches: str
    users: int  # unless --users says otherwise
    subjects: tuple[Subject, ...]

    @property
    def work(self) -> Work:
        return self.subjects[0].work


def every_server(ending: str, app: str, work: Work) -> tuple[Subject, ...]:
    """Return a subject for each server that runs a pair of applications of the same name."""
    return tuple(
        Subject(
            f"{server.name}-{ending}",
            server,
            f"{server.interface}.{app}:app",
            work,
            server.slots,
            server.is_a,
        )
        for server in EVERYWHERE
    )


def async_def(name: str, app: str, slots: float, teaches: str) -> Subject:
    """Return a subject that differs from its neighbours in its application alone."""
    server = BY_NAME["uvicorn-worker"]
    return Subject(name, server, f"asgi.{app}:app", Work.WAIT, slots, teaches)


WAITING = Set(
    name="waiting",
    knob="how a worker waits",
    teaches="slots are all that counts",
    users=20,
    subjects=tuple(
        Subject(
            server.name,
            server,
            f"{server.interface}.slow_app:app",
            Work.WAIT,
            server.slots,
            server.waits,
        )
        for server in SERVERS
    ),
)
BLOCKING = Set(
    name="blocking",
    knob="how an async def waits",
    teaches="async def alone gives nothing back",
    users=40,
    subjects=(
        async_def(
            "awaiting",
            "slow_app",
            math.inf,
            "await asyncio.sleep: the loop goes on with other requests",
        ),
        async_def(
            "blocking",
            "blocking_app",
            1,
            "time.sleep: the loop is frozen, and has accepted its neighbours' connections",
        ),
        async_def(
            "threaded",
            "threaded_app",
            TO_THREAD_THREADS,
            "asyncio.to_thread: the loop goes on, and the pool's threads are the slots",
        ),
    ),
)
BUSY = Set(
    name="busy",
    knob="who calls an app that computes",
    teaches="an event loop wins nothing",
    users=20,
    subjects=every_server("busy", "busy_app", Work.COMPUTE),
)
MINIMAL = Set(
    name="minimal",
    knob="who calls an app that does nothing",
    teaches="what server and worker class cost",
    users=20,
    subjects=every_server("minimal", "app", Work.NOTHING),
)
SETS = (WAITING, BLOCKING, BUSY, MINIMAL)
SUBJECTS = {subject.name: subject for each in SETS for subject in each.subjects}
BY_DEFAULT = ("sync", "uvicorn-worker")


def sets_of(names: set[str]) -> tuple[Set, ...]:
    """Return the sets that these subjects come from."""
    return tuple(each for each in SETS if names & {subject.name for subject in each.subjects})
