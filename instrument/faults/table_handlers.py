"""The table of chapter 7: how many requests of a second a process of each framework works on."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby

from burst import burst
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
LIBRARIES = ("fastapi", "starlette", "anyio", "flask", "django", "asgiref", "a2wsgi", "gevent")
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
    clients: int
    limit: str  # what sets the number of requests in progress, in a few words
    server: Server = UVICORN

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


LOOP = "nothing: the event loop goes on"
GEVENTS_LOOP = "nothing: gevent's loop goes on"
ANYIO = "anyio's 40 threads"
ASGIREF = "asgiref has one thread for all"
A_THREAD_EACH = "a thread for each request"
HELD = "the worker is held"
FASTAPI, FLASK = "with_fastapi:app", "with_flask:app"
HANDLERS = (
    Handler("FastAPI, `async def`", FASTAPI, "/async", MANY, LOOP),
    Handler("FastAPI, `def`", FASTAPI, "/def", SOME, ANYIO),
    Handler("FastAPI, `def` generator that streams", FASTAPI, "/stream", SOME, ANYIO),
    Handler(
        "FastAPI, `async def` that blocks", FASTAPI, "/blocking", FEW, "the event loop is held"
    ),
    Handler("FastAPI, `await sync_to_async(…)`", FASTAPI, "/sync-to-async", FEW, ASGIREF),
    Handler(
        "FastAPI, `def`, limiter set to 100",
        "with_more_threads:app",
        "/def",
        MANY,
        "anyio's limiter",
    ),
    Handler("Starlette, `run_in_threadpool`", "with_starlette:app", "/threadpool", SOME, ANYIO),
    Handler("Flask, `def`", FLASK, "/def", FEW, HELD, SYNC),
    Handler("Flask, `async def`", FLASK, "/async", FEW, HELD, SYNC),
    Handler("Flask, `def`", FLASK, "/def", FEW, "one thread by default", BARE_GTHREAD),
    Handler("Flask, `def`", FLASK, "/def", SOME, "`--threads`", GTHREAD),
    Handler("Flask, `async def`", FLASK, "/async", SOME, "`--threads`", GTHREAD),
    Handler("Flask, `def`", FLASK, "/def", SOME, GEVENTS_LOOP, GEVENT),
    Handler(
        "Flask, `def`, mounted with a2wsgi",
        "mounted_flask:app",
        "/flask/def",
        SOME,
        "a2wsgi's 10 threads",
    ),
    Handler(
        "Flask, `def`, in asgiref's `WsgiToAsgi`", "mounted_flask:adapted", "/def", FEW, ASGIREF
    ),
    Handler("Django, `def`", "with_django:wsgi", "/def", SOME, "`--threads`", GTHREAD),
    Handler("Django, `async def`", "with_django:wsgi", "/async", FEW, HELD, SYNC),
    Handler("Django, `def`", "with_django:asgi", "/def", MANY, A_THREAD_EACH),
    Handler("Django, `async def`", "with_django:asgi", "/async", MANY, A_THREAD_EACH),
)


def setups() -> list[tuple[Handler, ...]]:
    """Return the handlers by server and application: one start is enough for each."""
    return [
        tuple(group)
        for _, group in groupby(HANDLERS, lambda handler: (handler.app, handler.server.start))
    ]


def try_one(run: Launched, handler: Handler) -> dict[str, int]:
    """Ask a handler from all of its clients at once; raise InstrumentError when one gets nothing.

    A request that waits for another takes two seconds, so it was not in progress at first. `first`
    and `last` are whole seconds until the first answer and the last.
    """
    seconds, kinds = burst(handler.clients, "127.0.0.1", run.port, handler.path)
    if kinds["answered with 200"] != handler.clients:
        raise InstrumentError(f"{handler.row}: {dict(kinds)}", run.log)
    return {
        "clients": handler.clients,
        "in_progress": sum(each < 2 * WAIT_SECONDS for each in seconds),
        "first": whole(seconds[0]),
        "last": whole(seconds[-1]),
    }


def try_all(handlers: Iterable[Handler]) -> Cells:
    """Start the server that these handlers share, and ask one after the other."""
    first, *_ = handlers
    apps = {first.server.interface: f"frameworks.{first.app}"}
    with launched(first.server, workers=1, apps=apps) as run:
        return {handler.row: try_one(run, handler) for handler in handlers}


def fill(*_: object) -> Cells:
    tasks = [partial(try_all, handlers) for handlers in setups()]
    return {row: cell for cells in side_by_side(tasks, AT_ONCE) for row, cell in cells.items()}


def markdown(cells: Cells) -> str:
    limits = {handler.row: handler.limit for handler in HANDLERS}
    rows = [HEADING_ROW, "| --- | --- | --: | --- | --: | --- |"]
    for row, cell in cells.items():
        clients = cell["clients"]
        held = "all" if cell["in_progress"] == clients else cell["in_progress"]
        last = f"{cell['first']} s, {cell['last']} s"
        rows.append(f"| {row} | {held} | {limits[row]} | {clients} | {last} |")
    return "\n".join([*rows, ""])


TABLE = Table(
    "handlers",
    "frameworks",
    fill,
    markdown,
    packages=(*LIBRARIES, *SERVER_PACKAGES),
    has_frameworks=True,
)
