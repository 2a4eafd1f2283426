"""What people run into with single requests: who asks, what is sent, and what the log says of it."""

import signal
import socket
import ssl
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from pathlib import Path

from instrument.edges.clients import connection_to, exchange
from instrument.edges.processes import is_alive, wait_until
from instrument.faults.fixtures import ask, entry, in_flight, launched, timeout
from instrument.faults.people_processes import OF_PEOPLE
from instrument.servers import Server

BODY = 40 * 2**20
MANY = 20
PROBE_SECONDS = 1
PATIENCE_SECONDS = 8
DJANGO = {
    "wsgi": "instrument.faults.people_django_app:wsgi",
    "asgi": "instrument.faults.people_django_app:asgi",
}


def slots_of(server: Server) -> int:
    return int(min(server.slots, MANY))


def itself(server: Server, workers: int, busy: int = 0) -> str:
    """Return what a view gets that asks its own server, while other clients hold so many slots."""
    with launched(server, workers=workers, apps=OF_PEOPLE) as run, ExitStack() as stack:
        for _ in range(busy):
            stack.enter_context(in_flight(run, "/wait"))
        return str(ask(run.port, "/itself"))


def failing(server: Server) -> str:
    with launched(server, workers=1, apps=OF_PEOPLE) as run:
        return str(ask(run.port, "/fails"))


def silent(server: Server, most: int = 0) -> str:
    """Return what a client gets while so many, or one for each slot, send nothing."""
    with launched(server, timeout(server), workers=1) as run, ExitStack() as stack:
        for _ in range(most or slots_of(server)):
            stack.enter_context(socket.create_connection(("127.0.0.1", run.port)))
        before = run.said("WORKER TIMEOUT")  # of one that took long to boot
        answer = ask(run.port, seconds=PATIENCE_SECONDS)
        killed = run.said("WORKER TIMEOUT") - before
    if answer.status != 200:
        return f"no answer within {PATIENCE_SECONDS} s"
    if killed:
        return "waits until `--timeout` kills the worker"
    return "answered at once" if answer.seconds < 2 else "waits for about 5 s"


def probe(server: Server) -> str:
    """Return what a probe gets that waits for a second, while all slots are busy."""
    with launched(server, workers=1) as run, ExitStack() as stack:
        for _ in range(slots_of(server)):
            stack.enter_context(in_flight(run, "/3"))
        return str(ask(run.port, seconds=PROBE_SECONDS))


def post(port: int, path: str, body: bytes | Iterable[bytes]) -> str:
    with connection_to(port) as connection:
        answer = exchange(connection, path, "POST", body)
    return answer.body.decode() if answer.status == 200 else str(answer.status)


def big_body(server: Server, conf: Path | None = None) -> str:
    """Return by how much memory grows with a body, unless nginx refuses it."""
    with launched(server, workers=1, apps=OF_PEOPLE) as run, entry(run, conf) as port:
        _, before = post(port, "/measure", b"").split()
        told = post(port, "/measure", bytes(BODY))
    if told == "413":
        return told
    length, memory = map(int, told.split())
    if length != BODY:
        return f"{length} of {BODY} bytes"
    return f"memory grows by {'twice ' if memory - int(before) > 1.5 * BODY else ''}the body"


def header(server: Server) -> str:
    with launched(server, workers=1, apps=OF_PEOPLE) as run:
        told = ask(run.port, "/token", headers={"X_Token": "1"}).text
    return "dropped" if told == "none" else "passed on"


def chunked(server: Server, conf: Path | None = None) -> str:
    """Return how much Django gets of a body without a length."""
    with launched(server, workers=1, apps=DJANGO) as run, entry(run, conf) as port:
        return f"{post(port, '/', iter([b'12345', b'67890']))} of 10 bytes"


def https(server: Server) -> str:
    """Return what the log says when a client of https speaks to a port of http."""
    with launched(server, workers=1) as run:
        address = ("127.0.0.1", run.port)
        with socket.create_connection(address, timeout=5) as plain, suppress(OSError):
            ssl.create_default_context().wrap_socket(plain, server_hostname="localhost")
        ask(run.port)  # after which it has logged the first
        for line in ("Invalid request from ip=127.0.0.1", "Invalid HTTP request received."):
            if run.said(line):
                return f"`{line}`"
    return "nothing"


def logged(server: Server, at_import: str = "") -> str:
    """Return which of two lines that an application logs stand in the log."""
    with launched(server, workers=1, apps=OF_PEOPLE, AT_IMPORT=at_import) as run:
        ask(run.port, "/logs")
        found = [what for what in ("info", "warning") if run.said(f"of {what}")]
    return f"the {found[0]} alone" if len(found) == 1 else "both" if found else "neither"


def printed_line(server: Server, unbuffered: str = "") -> str:
    """Return when a line that is printed appears in a log that is a file."""
    with launched(server, workers=1, apps=OF_PEOPLE, PYTHONUNBUFFERED=unbuffered) as run:
        ask(run.port, "/logs")
        if run.said("of print"):
            return "appears at once"
        run.master.send_signal(signal.SIGTERM)
        wait_until(lambda: not is_alive(run.master.pid))
        return "appears at the stop" if run.said("of print") else "never appears"
