"""Every server, once, and the sets in which servers are compared.

To add a server, add an entry to SERVERS, and its program to programs.py where that is new. It then
has a row in each set, a column in the fault tables and a row in the table of costs; where it is not
compared everywhere, in the set of servers that wait alone. The tests hold it to the contract of the
examples, and the text to the number of servers.
"""

import math
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import Enum
from itertools import chain

from instrument.programs import GUNICORNS, UVICORNS, Options, Program

WAIT_SECONDS = 1  # that both slow_app.py wait
GTHREAD_THREADS = 4
OLDEST = (3, 11)  # Python that all of this runs on


@dataclass(frozen=True)
class Server:
    """A server, without an application."""

    name: str
    interface: str  # "wsgi" or "asgi"
    start: str  # with {port} and {workers}; with {slots} where its threads are the slots
    slots: float  # requests that one worker works on at once; math.inf: as many as come
    is_a: str  # a few words
    waits: str  # how a worker of it waits, in one line
    program: Program = GUNICORNS
    needs: tuple[str, ...] = ()  # packages, beside its program's
    booted: str = "Booting worker with pid"  # the last that its log says of each new worker
    everywhere: bool = True  # or only where servers wait
    keeps_connections: bool = True
    closes_unread: bool = False  # connections, when its workers end
    loses_by_chance: bool = False  # very few requests, when its workers end
    debugs_from: tuple[int, int] = OLDEST  # the Python on which it heeds PYTHONASYNCIODEBUG

    def command(self, port: int, workers: int, app: str, *options: str) -> list[str]:
        start = self.start.format(port=port, workers=workers, slots=self.slots)
        return [*start.split(), *options, app]

    @property
    def options(self) -> Options:
        return self.program.options

    @property
    def is_asgi(self) -> bool:
        return self.interface == "asgi"

    @property
    def has_threads(self) -> bool:
        return "{slots}" in self.start

    def with_threads(self, threads: int) -> "Server":
        """Return the same server with so many threads in each worker, if it has threads at all."""
        return replace(self, slots=threads) if self.has_threads else self


GUNICORN = "gunicorn --bind 127.0.0.1:{port} --workers {workers} --no-control-socket"
UVICORN = "uvicorn --port {port} --workers {workers} --no-access-log"

SERVERS = (
    Server(
        "sync",
        "wsgi",
        f"{GUNICORN} --worker-class sync",
        slots=1,
        keeps_connections=False,
        is_a="one request after the other",
        waits="a worker that waits holds one request, and all others wait for a worker",
    ),
    Server(
        "gthread",
        "wsgi",
        f"{GUNICORN} --worker-class gthread --threads {{slots}}",
        slots=GTHREAD_THREADS,
        is_a="threads that take turns",
        waits=f"a worker of {GTHREAD_THREADS} threads holds {GTHREAD_THREADS} requests, if it gets them",
    ),
    Server(
        "gevent",
        "wsgi",
        f"{GUNICORN} --worker-class gevent",
        slots=1000,  # gunicorn's default for --worker-connections
        needs=("gevent",),
        is_a="an event loop under WSGI",
        waits="WSGI waits on an event loop too, where everything can be patched",
        everywhere=False,
    ),
    Server(
        "uvicorn-worker",
        "asgi",
        f"{GUNICORN} --worker-class uvicorn_worker.UvicornWorker",
        slots=math.inf,
        needs=("uvicorn", "uvicorn-worker"),
        booted="Application startup complete",
        closes_unread=True,
        debugs_from=(3, 12),
        is_a="an event loop in a gunicorn worker",
        waits="an event loop that waits holds every request, and none waits for another",
    ),
    Server(
        "asgi",
        "asgi",
        f"{GUNICORN} --worker-class asgi",
        slots=math.inf,
        booted="ASGI server listening",
        loses_by_chance=True,
        is_a="gunicorn's own event loop",
        waits="gunicorn's own event loop holds every request, too",
    ),
    Server(
        "uvicorn",
        "asgi",
        UVICORN,
        slots=math.inf,
        booted="Application startup complete",
        closes_unread=True,
        debugs_from=(3, 12),
        is_a="uvicorn's own processes",
        waits="uvicorn starts and replaces its workers itself",
        program=UVICORNS,
    ),
)
BY_NAME = {server.name: server for server in SERVERS}
PROGRAMS = tuple(dict.fromkeys(server.program for server in SERVERS))
EVERYWHERE = tuple(server for server in SERVERS if server.everywhere)


def packages_of(servers: Iterable[Server]) -> tuple[str, ...]:
    """Return what these servers are installed from, each package once."""
    every = [(server.program.name, *server.needs) for server in servers]
    return tuple(dict.fromkeys(chain.from_iterable(every)))


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
    path: str = "/"  # that is asked for

    @property
    def user_class(self) -> str:
        """The class of the locustfile that asks this server."""
        return f"{self.server.interface.capitalize()}User"

    def command(self, port: int, workers: int) -> list[str]:
        return self.server.command(port, workers, self.app)


@dataclass(frozen=True)
class Set:
    """Subjects that differ in one knob, and do the same work."""

    name: str
    knob: str
    teaches: str
    users: int  # unless --users says otherwise
    subjects: tuple[Subject, ...]


def runs(server: Server, app: str, work: Work, ending: str = "") -> Subject:
    """Return a server with the application of this name that is of its interface."""
    path = f"{server.interface}.{app}:app"
    teaches = server.waits if work is Work.WAIT else server.is_a
    return Subject(server.name + ending, server, path, work, server.slots, teaches)


def async_def(name: str, app: str, slots: float, teaches: str) -> Subject:
    """Return a subject that differs from its neighbours in its application alone."""
    server = BY_NAME["uvicorn-worker"]
    return Subject(name, server, f"asgi.{app}:app", Work.WAIT, slots, teaches)


def handler(name: str, app: str, path: str, slots: float, teaches: str) -> Subject:
    """Return a subject of chapter 7, whose application waits at a path of its own."""
    server = GTHREAD_25 if slots == 25 else BY_NAME["uvicorn"]
    return Subject(name, server, f"{FRAMEWORKS_FOLDER}.{app}", Work.WAIT, slots, teaches, path)


# The pool of asyncio.to_thread, in which no thread has begun.
TO_THREAD_THREADS = ThreadPoolExecutor()._max_workers
AWAITS = "await asyncio.sleep: the loop goes on with other requests"
BLOCKS = "time.sleep: the loop is blocked, and has accepted its neighbours' connections"
HANDS_OVER = "asyncio.to_thread: the loop goes on, and the pool's threads are the slots"

WAITING = Set(
    "waiting",
    "how a worker waits",
    "the number of slots decides",
    20,
    tuple(runs(server, "slow_app", Work.WAIT) for server in SERVERS),
)
BLOCKING = Set(
    "blocking",
    "how an async def waits",
    "async def alone does not yield control",
    40,
    (
        async_def("awaiting", "slow_app", math.inf, AWAITS),
        async_def("blocking", "blocking_app", 1, BLOCKS),
        async_def("threaded", "threaded_app", TO_THREAD_THREADS, HANDS_OVER),
    ),
)
BUSY = Set(
    "busy",
    "which server calls an app that computes",
    "an event loop gains nothing",
    20,
    tuple(runs(server, "busy_app", Work.COMPUTE, "-busy") for server in EVERYWHERE),
)
MINIMAL = Set(
    "minimal",
    "the server, which also decides whether a connection stays open",
    "what server and worker class cost",
    20,
    tuple(runs(server, "app", Work.NOTHING, "-minimal") for server in EVERYWHERE),
)
GTHREAD_25 = BY_NAME["gthread"].with_threads(25)
FRAMEWORKS_FOLDER = "frameworks"  # the set, and the folder of its applications
OF_ANYIO = "40 threads for each event loop hold 40 requests"
A_LOOP = "an event loop holds every request"
OF_FRAMEWORKS = Set(
    FRAMEWORKS_FOLDER,
    "what the framework does with a handler",
    "the framework's threads are slots, too",
    200,
    (
        handler("fastapi-async", "with_fastapi:app", "/async", math.inf, A_LOOP),
        handler("fastapi-def", "with_fastapi:app", "/def", 40, OF_ANYIO),
        handler("starlette-threadpool", "with_starlette:app", "/threadpool", 40, OF_ANYIO),
        handler("flask-gthread", "with_flask:app", "/def", 25, "a worker has 25 threads"),
        handler("flask-mounted", "mounted_flask:app", "/flask/def", 10, "a2wsgi has 10 threads"),
        handler("django-def", "with_django:asgi", "/def", math.inf, "each request has a thread"),
        handler("django-async", "with_django:asgi", "/async", math.inf, A_LOOP),
    ),
)
SETS = (WAITING, BLOCKING, BUSY, MINIMAL, OF_FRAMEWORKS)
SUBJECTS = {subject.name: subject for each in SETS for subject in each.subjects}
BY_DEFAULT = ("sync", "uvicorn-worker")


def sets_of(subjects: Iterable[str]) -> tuple[Set, ...]:
    """Return the sets that these subjects come from, by their names."""
    names = set(subjects)
    return tuple(each for each in SETS if names & {subject.name for subject in each.subjects})
