"""The table of chapter 7: how many requests of a second a process of each framework works on."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import groupby

from burst import burst
from instrument.edges.check import FRAMEWORK_REQUIREMENTS, need_packages
from instrument.edges.errors import InstrumentError
from instrument.faults.fixtures import Launched, launched, whole
from instrument.faults.table import SERVER_PACKAGES, Cells, Table, side_by_side
from instrument.servers import BY_NAME, GUNICORN, WAIT_SECONDS, Server

AT_ONCE = 4  # servers; their handlers wait
FEW, SOME, MANY = 4, 41, 101  # clients
THREADS = 25
SYNC, GEVENT, UVICORN = BY_NAME["sync"], BY_NAME["gevent"], BY_NAME["uvicorn"]
GTHREAD = BY_NAME["gthread"].with_threads(THREADS)
BARE_GTHREAD = replace(SYNC, name="gthread", start=f"{GUNICORN} --worker-class gthread")
PREFIX = "frameworks."
HEADING_ROW = (
    "| handler | server | in progress in one process | what sets the number "
    "| clients | first and last answer |"
)


@dataclass(frozen=True)
class Handler:
    """A kind of handler, and the server that calls it, with one process."""

    title: str
    app: str
    path: str
    server: Server
    clients: int
    limit: str  # what sets the number of requests in progress, in a few words

    @property
    def shown(self) -> str:
        """Return the server as one would type it."""
        if self.server == UVICORN:
            return "`uvicorn`"
        kind = "" if self.server == SYNC else f" -k {self.server.name}"
        threads = f" --threads {self.server.slots}" if self.server.has_threads else ""
        return f"`gunicorn -w 1{kind}{threads}`"

    @property
    def row(self) -> str:
        return f"{self.title} | {self.shown}"


@dataclass(frozen=True)
class Found:
    """What came of so many requests at once, each of which waits for a second."""

    clients: int
    in_progress: int  # of them at first: a request that waits for another takes two seconds
    first: int  # whole seconds until the first answer
    last: int

    def __str__(self) -> str:
        held = "all" if self.in_progress == self.clients else str(self.in_progress)
        return f"{held} | {{limit}} | {self.clients} | {self.first} s, {self.last} s"


LOOP = "nothing: the event loop goes on"
A_THREAD_EACH = "a thread for each request"
HANDLERS = (
    Handler("FastAPI, `async def`", "with_fastapi:app", "/async", UVICORN, MANY, LOOP),
    Handler("FastAPI, `def`", "with_fastapi:app", "/def", UVICORN, SOME, "anyio's 40 threads"),
    Handler(
        "FastAPI, `def` generator that streams",
        "with_fastapi:app",
        "/stream",
        UVICORN,
        SOME,
        "anyio's 40 threads",
    ),
    Handler(
        "FastAPI, `async def` that blocks",
        "with_fastapi:app",
        "/blocking",
        UVICORN,
        FEW,
        "the event loop is held",
    ),
    Handler(
        "FastAPI, `await sync_to_async(…)`",
        "with_fastapi:app",
        "/sync-to-async",
        UVICORN,
        FEW,
        "asgiref has one thread for all",
    ),
    Handler(
        "FastAPI, `def`, limiter set to 100",
        "with_more_threads:app",
        "/def",
        UVICORN,
        MANY,
        "anyio's limiter",
    ),
    Handler(
        "Starlette, `run_in_threadpool`",
        "with_starlette:app",
        "/threadpool",
        UVICORN,
        SOME,
        "anyio's 40 threads",
    ),
    Handler("Flask, `def`", "with_flask:app", "/def", SYNC, FEW, "the worker is held"),
    Handler("Flask, `async def`", "with_flask:app", "/async", SYNC, FEW, "the worker is held"),
    Handler("Flask, `def`", "with_flask:app", "/def", BARE_GTHREAD, FEW, "one thread by default"),
    Handler("Flask, `def`", "with_flask:app", "/def", GTHREAD, SOME, "`--threads`"),
    Handler("Flask, `async def`", "with_flask:app", "/async", GTHREAD, SOME, "`--threads`"),
    Handler(
        "Flask, `def`", "with_flask:app", "/def", GEVENT, SOME, "nothing: gevent's loop goes on"
    ),
    Handler(
        "Flask, `def`, mounted with a2wsgi",
        "mounted_flask:app",
        "/flask/def",
        UVICORN,
        SOME,
        "a2wsgi's 10 threads",
    ),
    Handler(
        "Flask, `def`, in asgiref's `WsgiToAsgi`",
        "mounted_flask:adapted",
        "/def",
        UVICORN,
        FEW,
        "asgiref has one thread for all",
    ),
    Handler("Django, `def`", "with_django:wsgi", "/def", GTHREAD, SOME, "`--threads`"),
    Handler("Django, `async def`", "with_django:wsgi", "/async", SYNC, FEW, "the worker is held"),
    Handler("Django, `def`", "with_django:asgi", "/def", UVICORN, MANY, A_THREAD_EACH),
    Handler("Django, `async def`", "with_django:asgi", "/async", UVICORN, MANY, A_THREAD_EACH),
)


def setups() -> list[tuple[Handler, ...]]:
    """Return the handlers by server and application: one start is enough for each."""
    return [
        tuple(group)
        for _, group in groupby(HANDLERS, lambda handler: (handler.app, handler.server.start))
    ]


def try_one(run: Launched, handler: Handler) -> Found:
    """Ask a handler from all of its clients at once; raise InstrumentError when one gets nothing."""
    seconds, kinds = burst(handler.clients, "127.0.0.1", run.port, handler.path)
    if kinds["answered with 200"] != handler.clients:
        raise InstrumentError(f"{handler.row}: {dict(kinds)}", run.log)
    at_once = sum(each < 2 * WAIT_SECONDS for each in seconds)
    return Found(handler.clients, at_once, whole(seconds[0]), whole(seconds[-1]))


def try_all(handlers: Iterable[Handler]) -> Cells:
    """Start the server that these handlers share, and ask one after the other."""
    first, *_ = handlers
    apps = {first.server.interface: PREFIX + first.app}
    with launched(first.server, workers=1, apps=apps) as run:
        return {handler.row: asdict(try_one(run, handler)) for handler in handlers}


def fill(*_: object) -> Cells:
    need_packages(FRAMEWORK_REQUIREMENTS)
    tasks = [partial(try_all, handlers) for handlers in setups()]
    return {row: cell for cells in side_by_side(tasks, AT_ONCE) for row, cell in cells.items()}


def markdown(cells: Cells) -> str:
    limits = {handler.row: handler.limit for handler in HANDLERS}
    rows = [HEADING_ROW, "| --- | --- | --: | --- | --: | --- |"]
    for row, cell in cells.items():
        rows.append(f"| {row} | {str(Found(**cell)).format(limit=limits[row])} |")
    return "\n".join([*rows, ""])


TABLE = Table(
    "handlers",
    "frameworks",
    fill,
    markdown,
    packages=(
        "fastapi",
        "starlette",
        "anyio",
        "flask",
        "django",
        "asgiref",
        "a2wsgi",
        "gevent",
        *SERVER_PACKAGES,
    ),
)
