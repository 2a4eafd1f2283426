"""What people run into with single requests: who asks, what is sent, and what the log says of it."""

import signal
import socket
import ssl
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress

from instrument.edges.clients import connection_to, exchange
from instrument.edges.processes import ROOT, is_alive, wait_until
from instrument.faults.fixtures import ask, in_flight, launched, nginx
from instrument.faults.people_starts import OF_PEOPLE
from instrument.servers import Server

BODY = 40 * 2**20
MANY = 20
PROBE_SECONDS, TIMEOUT_SECONDS = 1, 2
PATIENCE_SECONDS = 8
DJANGO = {
    "wsgi": "instrument.faults.people_django_app:wsgi",
    "asgi": "instrument.faults.people_django_app:asgi",
}
CONF = ROOT / "production" / "nginx.conf"


def slots_of(server: Server) -> int:
    return int(min(server.slots, MANY))


def itself(workers: int, busy: int) -> Callable[[Server], str]:
    """Return a row whose view asks its own server, while other clients hold so many slots."""

    def try_on(server: Server) -> str:
        with launched(server, workers=workers, apps=OF_PEOPLE) as run, ExitStack() as stack:
            for _ in range(busy):
                stack.enter_context(in_flight(run, "/wait/5"))
            return str(ask(run.port, "/itself"))

    return try_on


def failing(server: Server) -> str:
    with launched(server, workers=1, apps=OF_PEOPLE) as run:
        return str(ask(run.port, "/fails"))


def silent(most: int = 0) -> Callable[[Server], str]:
    """Return a row in which so many clients, or one for each slot, send nothing, and one more asks."""

    def try_on(server: Server) -> str:
        short = f"{server.options.timeout}={TIMEOUT_SECONDS}"
        with launched(server, short, workers=1, apps=OF_PEOPLE) as run, ExitStack() as stack:
            for _ in range(most or slots_of(server)):
                address = ("127.0.0.1", run.port)
                stack.enter_context(socket.create_connection(address))
            before = run.said("WORKER TIMEOUT")  # of one that took long to boot
            answer = ask(run.port, seconds=PATIENCE_SECONDS)
            killed = run.said("WORKER TIMEOUT") - before
        if answer.status != 200:
            return f"no answer within {PATIENCE_SECONDS} s"
        if killed:
            return "waits until `--timeout` kills the worker"
        return "answered at once" if answer.seconds < 2 else "waits for about 5 s"

    return try_on


def probe(server: Server) -> str:
    """Return what a probe gets that waits for a second, while all slots are busy."""
    with launched(server, workers=1, apps=OF_PEOPLE) as run, ExitStack() as stack:
        for _ in range(slots_of(server)):
            stack.enter_context(in_flight(run, "/wait/3"))
        return str(ask(run.port, seconds=PROBE_SECONDS))


def post(port: int, path: str, body: bytes | Iterable[bytes]) -> str:
    with connection_to(port) as connection:
        answer = exchange(connection, path, "POST", body)
    return answer.body.decode() if answer.status == 200 else str(answer.status)


def big_body(server: Server) -> str:
    with launched(server, workers=1, apps=OF_PEOPLE) as run:
        before = int(ask(run.port, "/memory").text)
        told = post(run.port, "/whole", bytes(BODY))
    length, memory = map(int, told.split())
    if length != BODY:
        return f"{length} of {BODY} bytes"
    return f"memory grows by {'twice ' if memory - before > 1.5 * BODY else ''}the body"


def big_body_behind_nginx(server: Server) -> str:
    with launched(server, workers=1, apps=OF_PEOPLE) as run, nginx(CONF, run.port) as proxy:
        return post(proxy.port, "/whole", bytes(BODY))


def header(server: Server) -> str:
    with launched(server, workers=1, apps=OF_PEOPLE) as run:
        told = ask(run.port, "/token", headers={"X_Token": "1"}).text
    return "dropped" if told == "none" else "passed on"


def pieces() -> Iterable[bytes]:
    yield b"12345"
    yield b"67890"


def chunked(server: Server) -> str:
    with launched(server, workers=1, apps=DJANGO) as run:
        return f"{post(run.port, '/', pieces())} of 10 bytes"


def chunked_behind_nginx(server: Server) -> str:
    with launched(server, workers=1, apps=DJANGO) as run, nginx(CONF, run.port) as proxy:
        return f"{post(proxy.port, '/', pieces())} of 10 bytes"


def https(server: Server) -> str:
    """Return what the log says when a client of https speaks to a port of http."""
    with launched(server, workers=1, apps=OF_PEOPLE) as run:
        address = ("127.0.0.1", run.port)
        with socket.create_connection(address, timeout=5) as plain, suppress(OSError):
            ssl.create_default_context().wrap_socket(plain, server_hostname="localhost")
        ask(run.port)  # after which it has logged the first
        for line in ("Invalid request from ip=127.0.0.1", "Invalid HTTP request received."):
            if run.said(line):
                return f"`{line}`"
    return "nothing"


def logged(at_import: str = "") -> Callable[[Server], str]:
    """Return a row that logs two lines, and says which of them stand in the log."""

    def try_on(server: Server) -> str:
        with launched(server, workers=1, apps=OF_PEOPLE, AT_IMPORT=at_import) as run:
            ask(run.port, "/logs")
            found = [what for what in ("info", "warning") if run.said(f"of {what}")]
        return f"the {found[0]} alone" if len(found) == 1 else "both" if found else "neither"

    return try_on


def printed_line(unbuffered: str) -> Callable[[Server], str]:
    """Return a row that prints to a log that is a file."""

    def try_on(server: Server) -> str:
        with launched(server, workers=1, apps=OF_PEOPLE, PYTHONUNBUFFERED=unbuffered) as run:
            ask(run.port, "/logs")
            if run.said("of print"):
                return "appears at once"
            run.master.send_signal(signal.SIGTERM)
            wait_until(lambda: not is_alive(run.master.pid))
            return "appears at the stop" if run.said("of print") else "never appears"

    return try_on
