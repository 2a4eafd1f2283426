"""The servers under comparison, and the sets in which they are compared.

To add a server, add an entry to SERVERS.
"""

import math
import os
from dataclasses import dataclass

GUNICORN = "gunicorn --bind 127.0.0.1:{port} --workers {workers} --no-control-socket"
UVICORN = "uvicorn --port {port} --workers {workers} --no-access-log"
GTHREAD_THREADS = 4
GEVENT_CONNECTIONS = 1000  # gunicorn's default for --worker-connections
# The pool of asyncio.to_thread, as concurrent.futures.ThreadPoolExecutor sizes it.
TO_THREAD_THREADS = min(32, (os.cpu_count() or 1) + 4)


@dataclass(frozen=True)
class Server:
    """A server, the application that it runs and what arithmetic needs to know of the two."""

    name: str
    set: str  # of those with which it is compared
    teaches: str  # one line for --list
    interface: str  # "wsgi" or "asgi"
    app: str
    start: str  # the command, without the application, with {port} and {workers}
    requests_per_worker: float  # that one worker holds at once; math.inf for an event loop
    seconds_per_request: float | None = 1  # of waiting; None when it computes, or does nothing

    @property
    def user_class(self) -> str:
        """The class of the locustfile that asks this server."""
        return f"{self.interface.capitalize()}User"

    def command(self, port: int, workers: int) -> str:
        return f"{self.start} {self.app}".format(port=port, workers=workers)


@dataclass(frozen=True)
class Set:
    """Servers that differ in one knob."""

    name: str
    knob: str
    teaches: str
    users: int  # unless --users says otherwise


SYNC = f"{GUNICORN} --worker-class sync"
GTHREAD = f"{GUNICORN} --worker-class gthread --threads {GTHREAD_THREADS}"
GEVENT = f"{GUNICORN} --worker-class gevent"
UVICORN_WORKER = f"{GUNICORN} --worker-class uvicorn_worker.UvicornWorker"
ASGI = f"{GUNICORN} --worker-class asgi"

SETS = (
    Set("waiting", "how a worker waits", "slots are all that counts", 20),
    Set("blocking", "how an async def waits", "async def alone gives nothing back", 40),
    Set("busy", "who calls an app that computes", "an event loop wins nothing", 20),
    Set("minimal", "who calls an app that does nothing", "what server and worker class cost", 20),
)

SERVERS = (
    Server(
        "sync",
        "waiting",
        "a worker that waits holds one request, and all others wait for a worker",
        "wsgi",
        "wsgi.slow_app:app",
        SYNC,
        requests_per_worker=1,
    ),
    Server(
        "gthread",
        "waiting",
        f"a worker of {GTHREAD_THREADS} threads holds {GTHREAD_THREADS} requests, if it gets them",
        "wsgi",
        "wsgi.slow_app:app",
        GTHREAD,
        requests_per_worker=GTHREAD_THREADS,
    ),
    Server(
        "gevent",
        "waiting",
        "WSGI waits on an event loop too, where everything can be patched",
        "wsgi",
        "wsgi.slow_app:app",
        GEVENT,
        requests_per_worker=GEVENT_CONNECTIONS,
    ),
    Server(
        "uvicorn-worker",
        "waiting",
        "an event loop that waits holds every request, and none waits for another",
        "asgi",
        "asgi.slow_app:app",
        UVICORN_WORKER,
        requests_per_worker=math.inf,
    ),
    Server(
        "asgi",
        "waiting",
        "gunicorn's own event loop holds every request, too",
        "asgi",
        "asgi.slow_app:app",
        ASGI,
        requests_per_worker=math.inf,
    ),
    Server(
        "uvicorn",
        "waiting",
        "uvicorn looks after its workers itself",
        "asgi",
        "asgi.slow_app:app",
        UVICORN,
        requests_per_worker=math.inf,
    ),
    Server(
        "awaiting",
        "blocking",
        "await asyncio.sleep: the loop goes on with other requests",
        "asgi",
        "asgi.slow_app:app",
        UVICORN_WORKER,
        requests_per_worker=math.inf,
    ),
    Server(
        "blocking",
        "blocking",
        "time.sleep: the loop is frozen, and has accepted its neighbours' connections",
        "asgi",
        "asgi.blocking_app:app",
        UVICORN_WORKER,
        requests_per_worker=1,
    ),
    Server(
        "threaded",
        "blocking",
        "asyncio.to_thread: the loop goes on, and the pool's threads are the slots",
        "asgi",
        "asgi.threaded_app:app",
        UVICORN_WORKER,
        requests_per_worker=TO_THREAD_THREADS,
    ),
    *(
        Server(
            f"{name}-{set_name}",
            set_name,
            teaches,
            interface,
            f"{interface}.{app}:app",
            start,
            requests_per_worker=math.inf,
            seconds_per_request=None,
        )
        for set_name, app in (("busy", "busy_app"), ("minimal", "app"))
        for name, interface, start, teaches in (
            ("sync", "wsgi", SYNC, "one request after the other"),
            ("gthread", "wsgi", GTHREAD, "threads that take turns"),
            ("uvicorn-worker", "asgi", UVICORN_WORKER, "an event loop in a gunicorn worker"),
            ("asgi", "asgi", ASGI, "gunicorn's own event loop"),
            ("uvicorn", "asgi", UVICORN, "uvicorn's own processes"),
        )
    ),
)
