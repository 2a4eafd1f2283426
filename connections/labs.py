"""What this chapter says of each server, tried on the servers themselves, in a few words.

python -m connections.labs            all, side by side, as a table
python -m connections.labs --write    the same, written to connections/labs.json and the README, too
"""

import re
import shlex
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from compare import processes
from compare.check import lacking
from compare.processes import Fault
from connections.idle_client import seconds_until_closed
from connections.late_client import ask_late
from production import tables
from production.faults import no_such_option
from production.servers import (
    PATIENCE,
    Load,
    Running,
    Server,
    ask,
    nginx,
    running,
    wait_until,
)
from production.tables import Lab

HERE = Path(__file__).parent
ROOT = HERE.parent
PEERS = ("connections.wsgi_peer:app", "connections.asgi_peer:app")
STREAMS = ("connections.wsgi_stream:app", "connections.asgi_stream:app")
STARLETTE_STREAMS = ("", "connections.starlette_stream:app")
LEAVING = ("production.wsgi_app:app", "connections.leaving_app:app")
WEBSOCKETS = ("production.wsgi_app:app", "asgi.websocket_app:app")
EVENTS, STREAM_SECONDS = 10, 5
KEEP_ALIVE = ("2", "5")  # seconds, of gunicorn and of uvicorn
LONG_KEEP_ALIVE = 75  # longer than nginx's minute
CLOSED = "upstream prematurely closed connection"  # says nginx's log
MANY_STREAMS = 100
STREAMS_REQUESTS = 8
ENOUGH = 1600  # requests that may lose one, when workers are renewed every 50
DASH = "–"


@contextmanager
def connected(port: int, path: str = "/") -> Iterator[socket.socket]:
    """Send a request, and hand over its connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        yield connection


def keep_alive(server: Server) -> str:
    """Return when the server closes a connection on which nothing comes after an answer."""
    with running(server) as run:
        seconds = seconds_until_closed(run.port)
    return f"after {seconds:.0f} s" if seconds >= 0.5 else "at once"


def late(
    method: str, *changes: tuple[str, str], keeps: int | None = None
) -> Callable[[Server], str]:
    """Return a lab that asks behind nginx, whose connection the server has just closed."""

    def try_on(server: Server) -> str:
        option = server.option("--keep-alive", "--timeout-keep-alive")
        with (
            running(server, f"{option} {keeps}" if keeps else "", workers=1) as run,
            nginx(HERE / "nginx.conf", run.port, *changes) as proxy,
        ):
            idle = int(server.option(*KEEP_ALIVE))
            first, second = ask_late(proxy.port, proxy.worker, idle, method)
            tried_again = second == 200 and CLOSED in proxy.log.read_text()
        if first != 200:
            return f"{first} at first"
        return f"{second}, at the second try" if tried_again else str(second)

    return try_on


def stay(run: Running) -> None:
    """Be a client that waits for a moment; raise Fault when the app is told that it has left."""
    time.sleep(0.5)
    if run.said("http.disconnect"):
        raise Fault("the app was told of a client that leaves, which has not left", run.log)


def leave(server: Server, options: str = "") -> str:
    """Return what becomes of a write of 5 s when its client leaves."""
    path = "/" if server.is_asgi else "/5"
    with running(server, options, apps=LEAVING, answers=not server.is_asgi) as run:
        begun = "http.request" if server.is_asgi else "begins"
        seen = run.said(begun), run.said("ends")
        with connected(run.port, path):
            wait_until(lambda: run.said(begun) > seen[0])
            stay(run)
        start = time.monotonic()
        wait_until(
            lambda: run.said("has written") + run.said("cancelled") + run.said("ends") > seen[1]
        )
        seconds = time.monotonic() - start
        return f"cancelled after {seconds:.0f} s" if run.said("cancelled") else "is done"


def hear(server: Server) -> str:
    """Return what `receive()` says when the client leaves."""
    if not server.is_asgi:
        return DASH
    with running(server, apps=LEAVING, answers=False) as run:
        with connected(run.port):
            wait_until(lambda: run.said("http.request"))
            stay(run)
        wait_until(lambda: run.said("http.disconnect"), seconds=4)
        return "`http.disconnect`"


def arrive(run: Running, port: int) -> str:
    """Return how the events of a stream come in."""
    with connected(port) as connection:
        first = wait_for(connection, b"data: 0")
        sent = run.said("sends")
    return "one by one" if first and sent < EVENTS // 2 else "all at the end"


def wait_for(connection: socket.socket, text: bytes) -> bool:
    """Return whether the other side sends this before it closes."""
    received = b""
    while text not in received:
        if not (part := connection.recv(65536)):
            return False
        received += part
    return True


def stream(server: Server) -> str:
    with running(server, apps=STREAMS, answers=False) as run:
        return arrive(run, run.port)


def stream_behind_nginx(*changes: tuple[str, str]) -> Callable[[Server], str]:
    def try_on(server: Server) -> str:
        with (
            running(server, apps=STREAMS, answers=False) as run,
            nginx(HERE / "nginx.conf", run.port, *changes, answers=False) as proxy,
        ):
            return arrive(run, proxy.port)

    return try_on


def leave_stream(apps: tuple[str, str]) -> Callable[[Server], str]:
    """Return a lab that tells how long a stream goes on when its client leaves."""

    def try_on(server: Server) -> str:
        if not apps[server.is_asgi]:
            return DASH
        with running(server, apps=apps, answers=False) as run:
            with connected(run.port) as connection:
                wait_for(connection, b"data: 0")
            left = last = time.monotonic()
            sent = run.said("sends")
            while time.monotonic() - last < 1.5:
                if sent < (sent := run.said("sends")):
                    last = time.monotonic()
                time.sleep(0.05)
        if sent == EVENTS:
            return "goes on to its end"
        return "stops" if last - left < 1.5 else f"goes on for {last - left:.0f} s"

    return try_on


def many_streams(server: Server) -> str:
    """Return how long the last waits when there is one stream more than a worker has slots."""
    with (
        running(server, workers=1, apps=STREAMS, answers=False) as run,
        ExitStack() as stack,
        ThreadPoolExecutor(MANY_STREAMS) as clients,
    ):
        count = server.slots + 1 if server.slots else MANY_STREAMS
        every = [stack.enter_context(connected(run.port)) for _ in range(count)]
        start = time.monotonic()

        def seconds_until_first(connection: socket.socket) -> float:
            if not wait_for(connection, b"data: 0"):
                raise Fault("a stream ended without an event")
            return time.monotonic() - start

        longest = max(clients.map(seconds_until_first, every))
    return "the last waits" if longest > STREAM_SECONDS - 1 else "all at once"


def websocket(server: Server) -> str:
    with running(server, apps=WEBSOCKETS, answers=False) as run:
        try:
            with connect(f"ws://127.0.0.1:{run.port}", proxy=None) as connection:
                connection.send("hello")
                return (
                    "echoes"
                    if connection.recv(timeout=PATIENCE) == "hello"
                    else "says other things"
                )
        except InvalidStatus as error:
            return f"a plain {error.response.status_code}"


def http2(server: Server) -> str:
    """Return what eight requests of 1 s on one connection speak, and how long they take."""
    with tempfile.TemporaryDirectory(prefix="fault-") as folder:
        key, certificate = make_certificate(Path(folder))
        options = server.option(
            f"--keyfile {key} --certfile {certificate} --http-protocols h2,h1",
            f"--ssl-keyfile {key} --ssl-certfile {certificate}",
        )
        with running(server, options, workers=1, answers=False) as run:
            at_once = f"-n {STREAMS_REQUESTS} -c 1 -m {STREAMS_REQUESTS}"
            command = f"h2load {at_once} https://127.0.0.1:{run.port}/1"
            told = printed(command, Path(folder) / "log")
    protocol = re.search(r"Application protocol: (\S+)", told)[1]
    (requests,) = re.findall(r"^requests: .*", told, re.MULTILINE)
    if f"{STREAMS_REQUESTS} succeeded" in requests:
        seconds = re.search(r"finished in ([\d.]+)s", told)[1]
        return f"{protocol}: {float(seconds):.0f} s"
    return f"{protocol}: no answer" if " 0 done" in requests else f"{protocol}: {requests}"


def printed(command: str, log: Path) -> str:
    """Return what a command prints. Raises Fault when it is not installed, or does not end."""
    if lack := lacking(shlex.split(command)[0]):
        raise Fault(lack)
    with processes.running(command, log) as process:
        wait_until(lambda: process.poll() is not None)
    return log.read_text()


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Make a key and a certificate for 127.0.0.1, of a day."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    of_whom = "-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    command = f"openssl req -x509 -newkey rsa:2048 -nodes -days 1 {of_whom}"
    log = folder / "log"
    printed(f"{command} -keyout {key} -out {certificate}", log)
    if not certificate.exists():
        raise Fault("openssl made no certificate", log)
    return key, certificate


def max_requests(server: Server) -> str:
    """Return how users fare who keep their connections while workers are renewed."""
    option = server.option("--max-requests 50", "--limit-max-requests 50")
    with running(server, option) as run:
        before = run.workers()
        with Load(run.port, "/0.01", users=8, keep=True) as load:
            wait_until(lambda: load.lost or len(load.answers) > ENOUGH, seconds=3 * PATIENCE)
        wait_until(lambda: before - run.workers())  # or nothing was renewed
    return "renewed, loses a few" if load.lost else "renewed, nothing lost"


def forwarded(header: str, value: str, options: str = "") -> Callable[[Server], str]:
    """Return a lab that tells whether a header of the client's is taken for the truth."""

    def try_on(server: Server) -> str:
        with running(server, options, apps=PEERS) as run:
            plain, forged = ask(run.port), ask(run.port, headers={header: value})
        truth = "127.0.0.1", "http"
        lie = (value, "http") if header == FOR else ("127.0.0.1", value)
        if (plain.status, forged.status, plain.text) != (200, 200, " ".join(truth) + "\n"):
            return f"{plain}, {forged}"
        told = {truth: "ignored", lie: "believed"}
        return told.get(tuple(forged.text.split()), forged.text)

    return try_on


HTTP_1_0 = ("proxy_http_version 1.1", "proxy_http_version 1.0")
UNBUFFERED = ("proxy_pass", "proxy_buffering off; proxy_pass")
IMPATIENT_POOL = ("keepalive 16;", "keepalive 16; keepalive_timeout 1s;")
ELSEWHERE = "--forwarded-allow-ips 10.0.0.1"
FOR, PROTO = "X-Forwarded-For", "X-Forwarded-Proto"
LABS = (
    Lab("an idle connection is closed", keep_alive),
    Lab("nginx's pool: POST when the server closes", late("POST"), needs="nginx"),
    Lab("nginx's pool: GET when the server closes", late("GET"), needs="nginx"),
    Lab(
        f"the same POST, the server keeps {LONG_KEEP_ALIVE} s",
        late("POST", keeps=LONG_KEEP_ALIVE),
        needs="nginx",
    ),
    Lab("the same POST, the pool keeps 1 s", late("POST", IMPATIENT_POOL), needs="nginx"),
    Lab("the client leaves: `receive()` says", hear),
    Lab("the client leaves: a write of 5 s", leave),
    Lab(
        "the same, `--asgi-disconnect-grace-period 10`",
        no_such_option(leave, "--asgi-disconnect-grace-period 10"),
    ),
    Lab("server-sent events arrive", stream),
    Lab("the same, behind nginx, HTTP/1.0", stream_behind_nginx(HTTP_1_0), needs="nginx"),
    Lab("the same, behind nginx, HTTP/1.1", stream_behind_nginx(), needs="nginx"),
    Lab(
        "the same, HTTP/1.0, `proxy_buffering off`",
        stream_behind_nginx(HTTP_1_0, UNBUFFERED),
        needs="nginx",
    ),
    Lab("the client leaves: a stream", leave_stream(STREAMS)),
    Lab("the client leaves: a StreamingResponse", leave_stream(STARLETTE_STREAMS)),
    Lab(f"streams at once: one more than slots, or {MANY_STREAMS}", many_streams),
    Lab("a WebSocket", websocket),
    Lab(
        f"HTTP/2: {STREAMS_REQUESTS} requests of 1 s, one connection", http2, needs="h2load openssl"
    ),
    Lab("`--max-requests 50`, 8 kept connections", max_requests),
    Lab(f"`{FOR}` from this machine", forwarded(FOR, "1.2.3.4")),
    Lab(f"`{FOR}`, `{ELSEWHERE}`", forwarded(FOR, "1.2.3.4", ELSEWHERE)),
    Lab(f"`{PROTO}` from this machine", forwarded(PROTO, "https")),
    Lab(f"`{PROTO}`, `{ELSEWHERE}`", forwarded(PROTO, "https", ELSEWHERE)),
)

if __name__ == "__main__":
    tables.main(LABS, Path(__file__))
