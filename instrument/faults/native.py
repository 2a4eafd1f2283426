"""A block in C: nothing in the process runs until it has ended, not even what tells the master."""

from collections.abc import Callable

from instrument.edges.processes import is_alive, wait_until
from instrument.faults.fixtures import in_flight, launched
from instrument.servers import Server

ODD_APPS = {"wsgi": "instrument.faults.odd_apps:wsgi", "asgi": "instrument.faults.odd_apps:asgi"}
TIMEOUT_SECONDS = 2


def block(path: str) -> Callable[[Server], str]:
    """Return a row that asks for a block in C."""

    def try_on(server: Server) -> str:
        timeout = f"{server.options.timeout}={TIMEOUT_SECONDS}"
        with (
            launched(server, timeout, apps=ODD_APPS) as run,
            in_flight(run, path) as (request, worker),
        ):
            answer = request.result()
            if answer.status == 200:
                return "not noticed" if is_alive(worker) else "killed afterwards"
            wait_until(lambda: not is_alive(worker))
        return f"killed; {'half of the body' if answer.text == 'IncompleteRead' else answer}"

    return try_on
