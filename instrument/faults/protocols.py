"""WebSockets, of the server itself and through nginx, and HTTP/2, which h2load speaks with TLS."""

import re
import tempfile
from pathlib import Path

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import CloseCode
from websockets.sync.client import connect

from instrument.edges.clients import connected
from instrument.edges.processes import printed
from instrument.faults.fixtures import PATIENCE, Changes, entry, launched, whole
from instrument.servers import Server

GRACE_SECONDS, SILENT_SECONDS = 2, 23
HTTP2_REQUESTS = 8
PING = b"\x89"  # its first byte
UPGRADE = (
    b"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13"
    b"\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
)
APPS = {"wsgi": "production.wsgi_app:app", "asgi": "asgi.websocket_app:app"}


def websocket(server: Server, conf: Path | None = None, changes: Changes = ()) -> str:
    """Return what a client gets that asks for a WebSocket, perhaps of nginx."""
    with (
        launched(server, workers=1, apps=APPS, is_asked=False) as run,
        entry(run, conf, *changes, is_asked=False) as port,
    ):
        try:
            with connect(f"ws://127.0.0.1:{port}", proxy=None) as connection:
                connection.send("hello")
                return "echoes" if connection.recv(timeout=PATIENCE) == "hello" else "answers"
        except InvalidStatus as error:
            return f"a plain {error.response.status_code}"


def stay_silent(server: Server) -> str:
    """Return what a client is sent that has opened a WebSocket and says nothing."""
    with (
        launched(server, workers=1, apps=APPS, is_asked=False) as run,
        connected(run.port, end=UPGRADE, seconds=SILENT_SECONDS) as connection,
    ):
        told = b""
        while b"\r\n\r\n" not in told:
            told += connection.recv(1024)
        try:
            return "a ping" if connection.recv(1) == PING else "something else"
        except TimeoutError:
            return "nothing"


def tell_open(server: Server, number: int) -> str:
    """Return what a WebSocket that is open is told when its server gets a signal: what is certain.

    Gunicorn's asgi cancels its tasks in any order when the time is over. If that of the application
    is first, it sends 1011; if that which reads is first, nothing.
    """
    grace = f"{server.options.graceful_timeout}={GRACE_SECONDS}"
    with (
        launched(server, grace, apps=APPS, is_asked=False) as run,
        connect(f"ws://127.0.0.1:{run.port}", proxy=None) as connection,
    ):
        connection.send("hello")
        connection.recv(timeout=PATIENCE)
        run.master.send_signal(number)
        try:
            return f"told {connection.recv(timeout=PATIENCE, decode=True)}"
        except ConnectionClosed as closed:
            if closed.rcvd and closed.rcvd.code != CloseCode.INTERNAL_ERROR:
                return f"told {closed.rcvd.code}"
            return "cut off: 1011, or told nothing"


def http2(server: Server) -> str:
    """Return what eight requests of 1 s on one connection speak, and how long they take."""
    with tempfile.TemporaryDirectory(prefix="fault-") as folder:
        key, certificate = make_certificate(Path(folder))
        names = server.options
        tls = f"{names.key_file}={key}", f"{names.certificate_file}={certificate}"
        with launched(server, *tls, *names.http2, workers=1, is_asked=False) as run:
            at_once = ["-n", str(HTTP2_REQUESTS), "-c", "1", "-m", str(HTTP2_REQUESTS)]
            command = ["h2load", *at_once, f"https://127.0.0.1:{run.port}/1"]
            told = printed(command, Path(folder) / "log")
    (protocol,) = re.findall(r"Application protocol: (\S+)", told)
    (requests,) = re.findall(r"^requests: .*", told, re.MULTILINE)
    if f"{HTTP2_REQUESTS} succeeded" in requests:
        (seconds,) = re.findall(r"finished in ([\d.]+)s", told)
        return f"{protocol}: {whole(float(seconds))} s"
    return f"{protocol}: no answer" if " 0 done" in requests else f"{protocol}: {requests}"


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Make a key and a certificate for 127.0.0.1, of a day."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    command += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    printed([*command, "-keyout", str(key), "-out", str(certificate)], folder / "log")
    return key, certificate
