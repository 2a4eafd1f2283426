"""Clients of HTTP on this machine: a request, its response, and what is raised where there is none."""

import http.client
import socket
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass

FAILURES = (OSError, http.client.HTTPException)  # what a client gets in place of a response
TIMEOUT = 20.0


@dataclass(frozen=True)
class Response:
    """What a client got, and the seconds that it waited."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes
    seconds: float


def connection_to(port: int, seconds: float = TIMEOUT) -> closing[http.client.HTTPConnection]:
    """Return a connection, to be used in a `with`; the first request opens it."""
    return closing(http.client.HTTPConnection("127.0.0.1", port, timeout=seconds))


def exchange(
    connection: http.client.HTTPConnection,
    path: str = "/",
    method: str = "GET",
    body: bytes | Iterable[bytes] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Send a request, and return its response; raise one of FAILURES, such as TimeoutError."""
    begun = time.monotonic()
    connection.request(method, path, body, headers or {})
    with connection.getresponse() as response:
        received = read_until(response, begun + (connection.timeout or TIMEOUT))
    return Response(response.status, response.headers, received, time.monotonic() - begun)


def read_until(response: http.client.HTTPResponse, deadline: float) -> bytes:
    """Return the body; raise TimeoutError where it goes on and on."""
    body = b""
    while piece := response.read1(2**20):
        body += piece
        if time.monotonic() > deadline:
            raise TimeoutError
    if response.length:
        raise http.client.IncompleteRead(body, response.length)
    return body


def in_words(error: Exception) -> str:
    """Return what a failure is called in a table."""
    if isinstance(error, http.client.RemoteDisconnected | ConnectionResetError):
        return "empty reply"
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    if isinstance(error, TimeoutError):
        return "no answer"
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return type(error).__name__


def status_of(port: int) -> int | None:
    """Return the status of GET /, or None while no server answers (a reset is a refusal)."""
    try:
        with connection_to(port, 5) as connection:
            connection.request("GET", "/")
            return connection.getresponse().status
    except FAILURES:
        return None


def listens(port: int) -> bool:
    """Return whether a program listens on a port, without sending anything."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


@contextmanager
def connected(
    port: int, path: str = "/", end: bytes = b"\r\n\r\n", seconds: float = TIMEOUT
) -> Iterator[socket.socket]:
    """Send a request, or its beginning, and hand over its connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1".encode() + end)
        yield connection
