"""The servers under comparison. To add one, add an entry to SERVERS."""

import math
from dataclasses import dataclass

GUNICORN = "gunicorn --bind 127.0.0.1:{port} --workers {workers} --no-control-socket"


@dataclass(frozen=True)
class Server:
    """A server, the application that it runs and what arithmetic needs to know of the two."""

    name: str
    teaches: str  # one line for --list
    interface: str  # "wsgi" or "asgi"
    app: str
    start: str  # the command, without the application, with {port} and {workers}
    seconds_per_request: float  # for which the application holds a request
    requests_per_worker: float  # that one worker holds at once; math.inf for an event loop

    @property
    def user_class(self) -> str:
        """The class of the locustfile that asks this server."""
        return f"{self.interface.capitalize()}User"

    def command(self, port: int, workers: int) -> str:
        return f"{self.start} {self.app}".format(port=port, workers=workers)


SERVERS = (
    Server(
        name="sync",
        teaches="a worker that waits holds one request, and all others wait for a worker",
        interface="wsgi",
        app="wsgi.slow_app:app",
        start=f"{GUNICORN} --worker-class sync",
        seconds_per_request=1,
        requests_per_worker=1,
    ),
    Server(
        name="uvicorn-worker",
        teaches="an event loop that waits holds every request, and none waits for another",
        interface="asgi",
        app="asgi.slow_app:app",
        start=f"{GUNICORN} --worker-class uvicorn_worker.UvicornWorker",
        seconds_per_request=1,
        requests_per_worker=math.inf,
    ),
)
