"""The rows on forwarded headers: which a server believes, over TCP and over a Unix socket."""

import http.client
import shlex
import socket
import stat
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from instrument.edges import processes
from instrument.edges.processes import wait_until
from instrument.faults.fixtures import PATIENCE, Answer, ask, ask_on, launched
from instrument.faults.table import Row
from instrument.servers import Server

PEERS = {"wsgi": "connections.wsgi_peer:app", "asgi": "connections.asgi_peer:app"}
TRUTHS = ("127.0.0.1 http\n", "None http\n")  # over TCP, and over a Unix socket
FOR, PROTO = "X-Forwarded-For", "X-Forwarded-Proto"
ELSEWHERE = ("--forwarded-allow-ips", "10.0.0.1")
ANYBODY = ("--forwarded-allow-ips", "*")
FORGED, APPENDED = "1.2.3.4", "10.9.9.9"  # the second as $proxy_add_x_forwarded_for adds it


class SocketConnection(http.client.HTTPConnection):
    """A connection to a Unix socket."""

    def __init__(self, path: Path):
        super().__init__("localhost", timeout=PATIENCE)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(str(self.path))


def ask_socket(path: Path, headers: dict[str, str] | None = None) -> Answer:
    with closing(SocketConnection(path)) as connection:
        return ask_on(connection, "/", headers)


@contextmanager
def on_socket(server: Server, *options: str) -> Iterator[Path]:
    """Start a server on a Unix socket, and hand over its path."""
    with tempfile.TemporaryDirectory(prefix="s") as folder:  # a socket's path is short
        path, log = Path(folder) / "s", Path(folder) / "log"
        options = (*options, f"{server.options.unix_socket}{path}")
        command = server.command(processes.free_port(), 1, PEERS[server.interface], *options)
        with processes.running(command, log, 0) as process:
            wait_until(lambda: path.exists() and ask_socket(path).status == 200, process, log)
            yield path


def forwarded(server: Server, *options: str, header: str, value: str) -> str:
    """Return whether a header of the client's is taken for the truth."""
    with launched(server, *options, workers=1, apps=PEERS) as run:
        return belief(header, value, ask(run.port), ask(run.port, headers={header: value}))


def forwarded_on_socket(server: Server, *options: str, header: str, value: str) -> str:
    """Return the same over a Unix socket, where the client has no address."""
    with on_socket(server, *options) as path:
        return belief(header, value, ask_socket(path), ask_socket(path, {header: value}))


def belief(header: str, value: str, plain: Answer, forged: Answer) -> str:
    """Return what a server made of a header, from its answers without and with it."""
    if plain.text not in TRUTHS or forged.status != 200:
        return f"{plain}, {forged}"
    if forged.text == plain.text:
        return "ignored"
    address, scheme = plain.text.split()
    first, _, others = value.partition(", ")
    if forged.text.split() != ([first, scheme] if header == FOR else [address, value]):
        return forged.text
    return "the first is believed" if others else "believed"


def mode(server: Server) -> str:
    """Return what the mode of the socket's file lets everybody do."""
    with on_socket(server) as path:
        return f"`{stat.filemode(path.stat().st_mode)}`"


BELIEVES_HTTPS = partial(forwarded, header=PROTO, value="https")
BELIEVES_ADDRESS = partial(forwarded, header=FOR, value=FORGED)
ROWS = (
    Row(f"`{FOR}` from this machine", BELIEVES_ADDRESS),
    Row(f"`{FOR}`, `{shlex.join(ELSEWHERE)}`", BELIEVES_ADDRESS, options=ELSEWHERE),
    Row(f"`{PROTO}` from this machine", BELIEVES_HTTPS),
    Row(f"`{PROTO}`, `{shlex.join(ELSEWHERE)}`", BELIEVES_HTTPS, options=ELSEWHERE),
    Row("a Unix socket: the mode of its file", mode),
    Row(
        f"a Unix socket: `{PROTO}`, `{shlex.join(ELSEWHERE)}`",
        partial(forwarded_on_socket, header=PROTO, value="https"),
        options=ELSEWHERE,
    ),
    Row(
        f"a Unix socket: `{FOR}` of two addresses, `{shlex.join(ANYBODY)}`",
        partial(forwarded_on_socket, header=FOR, value=f"{FORGED}, {APPENDED}"),
        options=ANYBODY,
    ),
)
