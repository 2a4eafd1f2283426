"""Exercises 15 and 16: a proxy's connections, and a stream whose client leaves."""

import signal
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import monotonic, sleep

import psutil

from instrument.edges import processes
from instrument.edges.clients import connected, listens
from instrument.edges.errors import InstrumentError
from instrument.edges.tools import find, lacking
from instrument.exercises.book import Wrong, exercise
from instrument.exercises.serve import (
    Served,
    evaluated,
    fetch,
    need_ok,
    served,
    together,
    uvicorn,
)

NGINX = """daemon off; pid nginx.pid; error_log stderr; worker_processes 1;
events {{ worker_connections 64; }}
http {{
    access_log off; client_body_temp_path body; proxy_temp_path proxy;
    fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    upstream app {{ server 127.0.0.1:{app}; keepalive 4; keepalive_timeout {milliseconds}ms; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{ proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; }}
    }}
}}
"""


APART = 0.5  # seconds: less is chance
PATIENT = """import sys, uvicorn
_, port, seconds = sys.argv
uvicorn.run("asgi.app:app", port=int(port), access_log=False, timeout_keep_alive=float(seconds))
"""


@exercise(
    15,
    "two numbers against the 502 behind nginx",
    "connections",
    "The side that waits longer does not close first: let the server wait longer than nginx.",
)
def keep_alive(path: Path, folder: Path) -> str:
    nginx, server = evaluated(path, folder, "NGINX_SECONDS", "SERVER_SECONDS")
    for value in (nginx, server):
        if type(value) not in (int, float) or not 1 <= value <= 5:
            raise Wrong(f"{value!r:.20} is not a number of seconds from 1 to 5.")
    if why := lacking("nginx"):
        raise InstrumentError(why)
    app = processes.free_port()
    command = [sys.executable, "-c", PATIENT, str(app), str(server)]
    log = folder / "uvicorn.log"
    with served(command, "Uvicorn running on", 1, path, log, app) as run:
        port = processes.free_port()
        conf = folder / "nginx.conf"
        conf.write_text(
            NGINX.format(app=run.port, milliseconds=round(1000 * nginx), port=port), "utf-8"
        )
        command = [find("nginx"), "-p", str(folder), "-c", str(conf), "-e", "stderr"]
        with processes.running(command, folder / "nginx.log") as proxy:
            processes.wait_until(lambda: listens(port), proxy, folder / "nginx.log")
            need_ok(fetch(port), run)
            closer = processes.wait_until(lambda: first_to_close(run.port), seconds=9)
    if closer == "server":
        raise Wrong(
            f"After {server} s without a request the server closed nginx's connection; nginx would "
            f"have used it for {nginx} s. A request in that moment gets a 502."
        )
    if server - nginx < APART:
        raise Wrong("Both wait about equally long: now the one is first, now the other.")
    return f"After {nginx} s without a request nginx closed the connection, before the server did."


def first_to_close(port: int) -> str:
    """Return which side closed a connection to the port first: its end is left in TIME_WAIT."""
    sleep(0.3)  # it stays there for a minute, and a look at all connections takes CPU time
    for each in psutil.net_connections("tcp4"):
        if each.status == psutil.CONN_TIME_WAIT and each.raddr:
            if each.laddr.port == port:
                return "server"
            if each.raddr.port == port:
                return "nginx"
    return ""


LINES, STAY = 28, 7  # of a client that stays, and in how many seconds: 2.8 are due
SILENT = 3  # seconds, of a stream to a client
CLIENTS = ((8, b""), (LINES, b""), (LINES, b""), (LINES, b"a body"))  # lines, and what is sent


@exercise(
    16,
    "a stream that stops when its client leaves",
    "connections",
    "A task may wait for http.disconnect beside the loop: asyncio.create_task, and done().",
)
def stream(path: Path, folder: Path) -> str:
    with uvicorn(path, folder) as run:
        got = together(*[partial(ticks_until_left, run.port, *each) for each in CLIENTS])
        for (most, body), (ticks, parts) in zip(CLIENTS, got, strict=True):
            need_ticks(most, body, ticks, parts)
        if not falls_silent(run):
            raise Wrong("The clients left, and the application goes on sending: nobody gets that.")
        run.process.send_signal(signal.SIGTERM)
        try:
            processes.wait_until(lambda: run.process.poll() is not None, seconds=3)
        except InstrumentError as error:
            raise Wrong(
                "All clients have left, and on TERM the server does not end: it waits for a task "
                "that still sends."
            ) from error
    return (
        f"{len(CLIENTS)} clients got {CLIENTS[0][0]} to {LINES} lines and left. The sending stopped, "
        "and on TERM the server ended."
    )


def need_ticks(most: int, body: bytes, ticks: int, parts: int) -> None:
    """Raise Wrong where a client did not get its lines, each about when it was due."""
    who = "A client that sends a body in pieces" if body else "A client"
    if ticks < most:
        raise Wrong(
            f"{who} was still there, and got {ticks} lines; then no more came, or too late: {most} "
            f"are due in {most / 10:.1f} s. Does it end by itself, or with another client, or block?"
        )
    if parts < most / 2:
        raise Wrong(f"{ticks} lines came in {parts} parts: send one each tenth of a second.")


def ticks_until_left(port: int, most: int, body: bytes) -> tuple[int, int]:
    """Return how many lines came, up to some, before the client leaves, and in how many parts."""
    got, parts, end = b"", 0, monotonic() + STAY
    length = f"\r\nContent-Length: {len(body)}" if body else ""
    with (
        connected(port, end=f"{length}\r\n\r\n".encode(), seconds=SILENT) as client,
        suppress(TimeoutError, ConnectionError),
    ):
        while got.count(b"tick") < most and b"\r\n0\r\n\r\n" not in got and monotonic() < end:
            if parts in (2, 5) and body:  # the answer has begun
                client.sendall(body[:3])
                body = body[3:]
            if not (piece := client.recv(4096)):
                break
            got += piece
            parts += 1
    return got.count(b"tick"), parts


def falls_silent(run: Served, quiet: float = 1.0, within: float = 4.0) -> bool:
    """Return whether the log stops growing: ten lines would come while it is looked at."""
    end = monotonic() + within
    size, since = run.log.stat().st_size, monotonic()
    while monotonic() < end:
        processes.signals.check()
        sleep(0.05)
        if run.log.stat().st_size != size:
            size, since = run.log.stat().st_size, monotonic()
        elif monotonic() - since > quiet:
            return True
    return False
