"""The rows on what a server does not limit: headers, open files, and idle connections."""

import socket
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path

import psutil

from instrument.edges.clients import connected
from instrument.edges.errors import InstrumentError
from instrument.edges.processes import wait_until
from instrument.faults.fixtures import CHAPTER_6_NGINX, ask, entry, launched
from instrument.faults.table import Row
from instrument.servers import Server

MB = 2**20
HEADERS = 20 * MB
LINES = b"".join(b"\r\nX-%d: %s" % (number, b"x" * 4000) for number in range(16))
OPEN_FILES, HALF_REQUESTS = 64, 100
CONNECTIONS = 3  # allowed at once


def endless_headers(server: Server, *options: str, conf: Path | None = None) -> str:
    """Return what becomes of a client that sends headers without an end, or what nginx answers."""
    with launched(server, *options, workers=1) as run, entry(run, conf) as port:
        worker = psutil.Process(*run.workers_or_self())
        before = worker.memory_info().rss
        with connected(port, end=b"") as connection:
            cut_off = is_cut_off(connection)
            if conf:
                return connection.recv(65536).decode().split()[1]
            if cut_off:
                return "cut off"
            wait_until(lambda: worker.memory_info().rss - before > 0.9 * HEADERS)
            return "kept in memory"


def is_cut_off(connection: socket.socket) -> bool:
    """Send many headers; return whether the other side closes the connection before their end."""
    try:
        for _ in range(HEADERS // len(LINES) + 1):
            connection.sendall(LINES)
    except ConnectionError:
        return True
    return False


def few_files(server: Server) -> str:
    """Return what a client gets when half requests have used up the files of a worker."""
    with launched(server, workers=1) as run, ExitStack() as stack:
        worker = psutil.Process(*run.workers_or_self())
        worker.rlimit(psutil.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
        for _ in range(HALF_REQUESTS):
            with suppress(ConnectionError):  # it may be closed before it has sent anything
                stack.enter_context(connected(run.port, end=b"\r\n"))
        return str(ask(run.port, seconds=5))


def idle_connections(server: Server, *options: str) -> str:
    """Return what another client gets while some keep idle connections."""
    with launched(server, *options, workers=1) as run, ExitStack() as stack:
        for _ in range(CONNECTIONS - 1):
            idle = stack.enter_context(connected(run.port))
            if not idle.recv(65536).startswith(b"HTTP/1.1 200"):
                raise InstrumentError("a connection that is to be idle got no answer", run.log)
        return str(ask(run.port))


ROWS = (
    Row(f"one client sends {HEADERS // MB} MB of headers", endless_headers),
    Row("the same, `--http h11`", endless_headers, options=("--http=h11",)),
    Row(
        "the same headers, behind this chapter's nginx",
        partial(endless_headers, conf=CHAPTER_6_NGINX),
        needs="nginx",
    ),
    Row(
        f"{HALF_REQUESTS} half requests, {OPEN_FILES} files may be open: another client gets",
        few_files,
    ),
    Row(
        f"{CONNECTIONS - 1} idle connections, `--limit-concurrency {CONNECTIONS}`: another client gets",
        idle_connections,
        options=(f"--limit-concurrency={CONNECTIONS}",),
    ),
)
