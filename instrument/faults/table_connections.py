"""The table of chapter 6: what the servers do with connections."""

import signal
import socket
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from connections.idle_client import seconds_until_closed
from connections.late_client import ask_late
from instrument.edges.clients import connected
from instrument.edges.errors import InstrumentError
from instrument.edges.processes import is_alive, wait_until
from instrument.faults import forwarded, limits, protocols, renewals
from instrument.faults.fixtures import (
    CHAPTER_5_NGINX,
    CHAPTER_6_NGINX,
    Changes,
    Launched,
    ask,
    entry,
    launched,
    nginx,
    whole,
)
from instrument.faults.table import Row, table_of
from instrument.servers import Server

STREAMS = {"wsgi": "connections.wsgi_stream:app", "asgi": "connections.asgi_stream:app"}
STARLETTE_STREAMS = {"asgi": "connections.starlette_stream:app"}
LEAVING = {"wsgi": "production.wsgi_app:app", "asgi": "connections.leaving_app:app"}
EVENTS, STREAM_SECONDS = 10, 5
GRACE_SECONDS = 3  # asgi's, when a client has left
LONG_GRACE = 7
LONG_KEEP_ALIVE = 75  # longer than nginx's minute
CLOSED = "upstream prematurely closed connection"  # says nginx's log
MANY_STREAMS = 100


def keep_alive(server: Server) -> str:
    """Return after how long the server closes a connection that is idle after an answer."""
    with launched(server, workers=1) as run:
        seconds = seconds_until_closed(run.port)
    return f"after {whole(seconds)} s" if seconds >= 1 else "at once"


def linger(server: Server) -> str:
    """Return how long a client waits while another has its last answer, and does not close."""
    close = b"\r\nConnection: close\r\n\r\n"
    with launched(server, workers=1) as run, connected(run.port, end=close) as other:
        wait_until(lambda: not other.recv(65536))
        seconds = ask(run.port).seconds
    return f"waits for {whole(seconds)} s" if seconds >= 1 else "is served"


def late(server: Server, method: str, changes: Changes = (), keeps: int | None = None) -> str:
    """Return what nginx answers when it is asked just when the server has closed nginx's connection."""
    options = [f"{server.options.keep_alive}={keeps}"] if keeps else []
    with (
        launched(server, *options, workers=1) as run,
        nginx(CHAPTER_6_NGINX, run.port, *changes) as proxy,
    ):
        idle = server.program.keep_alive_seconds
        first, second = ask_late(proxy.port, proxy.worker, idle, method)
        tried_again = second == 200 and CLOSED in proxy.log.read_text(encoding="utf-8")
    if first != 200:
        return f"{first} at first"
    return f"{second}, at the second try" if tried_again else str(second)


def stay(run: Launched) -> None:
    """Stay for a moment; raise InstrumentError if the app is told that its client has left."""
    time.sleep(0.5)
    if run.said("http.disconnect"):
        raise InstrumentError(
            "the app was told of a client that leaves, which has not left", run.log
        )


def leave(server: Server, *options: str) -> str:
    """Return what becomes of a write of 5 s when its client leaves."""
    path = "/" if server.is_asgi else "/5"
    is_asked = not server.is_asgi
    with launched(server, *options, workers=1, apps=LEAVING, is_asked=is_asked) as run:
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
        return f"cancelled after {whole(seconds)} s" if run.said("cancelled") else "is done"


def hear(server: Server) -> str:
    """Return what `receive()` says when the client leaves."""
    with launched(server, workers=1, apps=LEAVING, is_asked=False) as run:
        with connected(run.port):
            wait_until(lambda: run.said("http.request"))
            stay(run)
        wait_until(lambda: run.said("http.disconnect"), seconds=4)
        return "`http.disconnect`"


def wait_for(connection: socket.socket, text: bytes) -> bool:
    """Return whether the other side sends this before it closes."""
    received = b""
    while text not in received:
        if not (part := connection.recv(65536)):
            return False
        received += part
    return True


def stream(server: Server, conf: Path | None = None, changes: Changes = ()) -> str:
    """Return how the events of a stream come in, perhaps through nginx."""
    with (
        launched(server, workers=1, apps=STREAMS, is_asked=False) as run,
        entry(run, conf, *changes, is_asked=False) as port,
        connected(port) as connection,
    ):
        first = wait_for(connection, b"data: 0")
        sent = run.said("sends")
    return "one by one" if first and sent < EVENTS // 2 else "all at the end"


def leave_stream(server: Server, apps: dict[str, str] = STREAMS) -> str:
    """Return for how long a stream is sent after its client has left."""
    with launched(server, workers=1, apps=apps, is_asked=False) as run:
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
    if abs(last - left - GRACE_SECONDS) < 1:
        return f"goes on for {GRACE_SECONDS} s"
    return "stops" if last - left < 1.5 else f"goes on for {last - left:.1f} s"


def many_streams(server: Server) -> str:
    """Return how long the last waits when there is one stream more than a worker has slots."""
    with launched(server, workers=1, apps=STREAMS, is_asked=False) as run, ExitStack() as stack:
        count = int(min(server.slots + 1, MANY_STREAMS))
        every = [stack.enter_context(connected(run.port)) for _ in range(count)]
        start = time.monotonic()
        if not all(wait_for(each, b"data: 0") for each in every):
            raise InstrumentError("a stream ended without an event", run.log)
        seconds = time.monotonic() - start
    return "the last waits" if seconds > STREAM_SECONDS - 1 else "all at once"


def stop_behind_pool(server: Server, changes: Changes = ()) -> str:
    """Return what a server does that is to stop, and to which nginx keeps an idle connection."""
    kept = f"{server.options.keep_alive}={LONG_KEEP_ALIVE}"
    grace = f"{server.options.graceful_timeout}={LONG_GRACE}"
    with (
        launched(server, kept, grace, workers=1) as run,
        nginx(CHAPTER_6_NGINX, run.port, *changes),
    ):
        start = time.monotonic()
        run.master.send_signal(signal.SIGTERM)
        wait_until(lambda: not is_alive(run.master.pid))
        seconds = time.monotonic() - start
    return "waits for the pool" if seconds > LONG_GRACE - 1 else "ends at once"


HTTP_1_0 = ("proxy_http_version 1.1", "proxy_http_version 1.0")
UNBUFFERED = ("proxy_pass", "proxy_buffering off; proxy_pass")
IMPATIENT_POOL = ("keepalive 16;", "keepalive 16; keepalive_timeout 1s;")
ROWS = (
    Row("an idle connection is closed", keep_alive),
    Row("a client has its last answer, and does not close: the next client", linger),
    Row("nginx's pool: POST when the server closes", partial(late, method="POST"), needs="nginx"),
    Row("nginx's pool: GET when the server closes", partial(late, method="GET"), needs="nginx"),
    Row(
        f"the same POST, the server keeps {LONG_KEEP_ALIVE} s",
        partial(late, method="POST", keeps=LONG_KEEP_ALIVE),
        needs="nginx",
    ),
    Row(
        "the same POST, the pool keeps 1 s",
        partial(late, method="POST", changes=[IMPATIENT_POOL]),
        needs="nginx",
    ),
    Row(
        f"SIGTERM, an idle pool, the server keeps {LONG_KEEP_ALIVE} s, {LONG_GRACE} s of grace",
        stop_behind_pool,
        needs="nginx",
    ),
    Row(
        "the same, the pool keeps 1 s",
        partial(stop_behind_pool, changes=[IMPATIENT_POOL]),
        needs="nginx",
    ),
    Row("the client leaves: `receive()` says", hear, interface="asgi"),
    Row("the client leaves: a write of 5 s", leave),
    Row(
        "the same, `--asgi-disconnect-grace-period 10`",
        leave,
        options=("--asgi-disconnect-grace-period=10",),
    ),
    Row("server-sent events arrive", stream),
    Row(
        "the same, behind nginx, HTTP/1.0",
        partial(stream, conf=CHAPTER_6_NGINX, changes=[HTTP_1_0]),
        needs="nginx",
    ),
    Row("the same, behind nginx, HTTP/1.1", partial(stream, conf=CHAPTER_6_NGINX), needs="nginx"),
    Row(
        "the same, HTTP/1.0, `proxy_buffering off`",
        partial(stream, conf=CHAPTER_6_NGINX, changes=[HTTP_1_0, UNBUFFERED]),
        needs="nginx",
    ),
    Row("the client leaves: a stream", leave_stream),
    Row(
        "the client leaves: a StreamingResponse",
        partial(leave_stream, apps=STARLETTE_STREAMS),
        interface="asgi",
    ),
    Row(f"streams at once: one more than slots, or {MANY_STREAMS}", many_streams),
    Row("a WebSocket", protocols.websocket),
    Row(
        "the same, behind chapter 5's nginx",
        partial(protocols.websocket, conf=CHAPTER_5_NGINX),
        needs="nginx",
        interface="asgi",
    ),
    Row(
        "the same, behind this chapter's nginx",
        partial(protocols.websocket, conf=CHAPTER_6_NGINX),
        needs="nginx",
        interface="asgi",
    ),
    Row(
        f"a WebSocket is silent for {protocols.SILENT_SECONDS} s: the server sends",
        protocols.stay_silent,
        interface="asgi",
    ),
    Row(
        "SIGTERM, a WebSocket is open, 2 s of grace",
        partial(protocols.tell_open, number=signal.SIGTERM),
        interface="asgi",
    ),
    Row(
        f"HTTP/2: {protocols.HTTP2_REQUESTS} requests of 1 s, one connection",
        protocols.http2,
        needs="h2load openssl",
    ),
    Row(
        f"`--max-requests {renewals.FEW_REQUESTS}`, {renewals.USERS} kept connections",
        renewals.max_requests,
    ),
    *forwarded.ROWS,
    *limits.ROWS,
)

TABLE = table_of("connections", "connections", ROWS)
