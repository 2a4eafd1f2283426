"""One request: where it goes, and what is answered."""

import http.client
import ipaddress
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from instrument.edges.errors import InstrumentError

LONGEST_ANSWER = 30  # seconds that a request may take
LONGEST_BODY = 10  # seconds that its body may take after its headers
MOST_BYTES = 100_000_000


@dataclass(frozen=True)
class Request:
    """What each user sends, and where."""

    host: str
    port: int
    path: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    data: Path | None = None

    @property
    def origin(self) -> str:
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


@dataclass(frozen=True)
class Reply:
    seconds: float
    bytes: int


def ask_once(
    request: Request, connection: http.client.HTTPConnection, server_log: Path | None = None
) -> Reply:
    """Send a request, and return its answer; raise InstrumentError when that is no measure of it."""
    what = f"{request.method} {request.path}"
    begun = time.monotonic()
    data = request.data.read_bytes() if request.data else None
    connection.request(request.method, request.path, data, dict(request.headers))
    try:
        response = connection.getresponse()
        told, size, headers_at = response.status, 0, time.monotonic()
        while piece := response.read1(65_536):
            size += len(piece)
            if size > MOST_BYTES or time.monotonic() - headers_at > LONGEST_BODY:
                raise InstrumentError(
                    f"{what}: the answer does not end, as that of a stream: choose a path that ends"
                )
        response.close()  # so that the connection may be used again
    except TimeoutError as error:
        raise InstrumentError(
            f"{what} is not answered within {LONGEST_ANSWER} s: choose a path that is"
        ) from error
    if 300 <= told < 400:
        where = response.headers.get("Location", "nowhere")
        raise InstrumentError(
            f"{what} is redirected to {where} ({told}), which is not followed: name a path that "
            "answers itself, or give --header 'Cookie: …' of a user who is logged in"
        )
    if not 200 <= told < 300:
        help_ = "see the server's log" if told >= 500 else "choose one with --path, or add --header"
        said = f"{what} is answered with status {told}, not with 2xx: {help_}"
        raise InstrumentError(said, server_log if told >= 500 else None)
    return Reply(time.monotonic() - begun, size)


def connect(request: Request) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(request.host, request.port, timeout=LONGEST_ANSWER)


def address_of(url: str) -> Request:
    """Return where a URL leads; raise InstrumentError unless that is this machine."""
    try:
        parts = urlsplit(url)
        port = parts.port or 80
    except ValueError as error:
        raise InstrumentError(f"{url}: {error}") from error
    host = parts.hostname or ""
    is_here = host == "localhost"
    with suppress(ValueError):
        is_here = is_here or ipaddress.ip_address(host).is_loopback
    if parts.scheme != "http" or not is_here:
        raise InstrumentError(
            f"--url {url}: only servers of this machine are measured, as http://127.0.0.1:8000/report"
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    request = Request(host, port, path)
    try:
        with closing(connect(request)) as connection:
            connection.connect()
    except OSError as error:
        raise InstrumentError(
            f"nothing listens on port {port}: start the server first, or mend --url"
        ) from error
    return request
