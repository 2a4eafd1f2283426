"""Exercises 15, 16, 23 and 31: a proxy's connections, its client, and streams."""

import random
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import pairwise
from pathlib import Path
from time import monotonic, sleep

import psutil

from instrument.edges import processes, signals
from instrument.edges.clients import connected, listens
from instrument.edges.errors import InstrumentError
from instrument.edges.tools import find
from instrument.exercises.catalogue import Wrong, exercise
from instrument.exercises.serve import (
    LISTENING,
    Served,
    because,
    evaluated,
    fetch,
    gunicorn,
    need_ok,
    result_of,
    served,
    together,
    uvicorn,
)

NGINX = """daemon off; pid nginx.pid; error_log stderr; worker_processes 1;
events {{ worker_connections 64; }}
http {{
    access_log off; client_body_temp_path body; proxy_temp_path proxy;
    fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    upstream app {{ server 127.0.0.1:{app}; {upstream} }}
    server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://app; {location} }} }}
}}
"""


@contextmanager
def behind_nginx(run: Served, folder: Path, location: str, upstream: str = "") -> Iterator[int]:
    """Run nginx before a server, and hand over its port."""
    port, log = processes.free_port(), folder / "nginx.log"
    text = NGINX.format(app=run.port, upstream=upstream, port=port, location=location)
    (folder / "nginx.conf").write_text(text, "utf-8")
    command = [find("nginx") or "nginx", "-p", str(folder), "-c", "nginx.conf", "-e", "stderr"]
    with processes.running(command, log) as nginx:
        processes.wait_until(lambda: listens(port), nginx, log)
        yield port


SECONDS_APART = 0.5  # seconds: less is chance
KEPT = 'proxy_http_version 1.1; proxy_set_header Connection "";'
PATIENT = """import sys, uvicorn
_, port, seconds = sys.argv
uvicorn.run("asgi.app:app", port=int(port), access_log=False, timeout_keep_alive=float(seconds))
"""


@exercise(15)
def keep_alive(path: Path, folder: Path) -> str:
    nginx, server = evaluated(path, folder, "NGINX_SECONDS", "SERVER_SECONDS")
    for value in (nginx, server):
        if type(value) not in (int, float) or not 1 <= value <= 5:
            raise Wrong(f"{value!r:.20} is not a number of seconds from 1 to 5.")
    port = processes.free_port()
    command = [sys.executable, "-c", PATIENT, str(port), str(server)]
    upstream = f"keepalive 4; keepalive_timeout {round(1000 * nginx)}ms;"
    with (
        served(command, path, folder, port, LISTENING) as run,
        behind_nginx(run, folder, KEPT, upstream) as proxy,
    ):
        need_ok(fetch(proxy), run)
        closer = processes.wait_until(lambda: first_to_close(port), seconds=9)
    if closer == "server":
        raise Wrong(
            f"After {server} s without a request the server closed nginx's connection; nginx would "
            f"have used it for {nginx} s. A request in that moment gets a 502."
        )
    if server - nginx < SECONDS_APART:
        raise Wrong("Both wait about equally long: now the one is first, now the other.")
    return f"After {nginx} s without a request nginx closed the connection, before the server did."


def first_to_close(port: int) -> str:
    """Return which side closed a connection to the port first: its end is left in TIME_WAIT."""
    sleep(0.3)  # it stays there for a minute, and a look at all connections takes CPU time
    for each in psutil.net_connections("tcp4"):
        if each.status == psutil.CONN_TIME_WAIT and each.laddr and each.raddr:
            if each.laddr.port == port:
                return "server"
            if each.raddr.port == port:
                return "nginx"
    return ""


LINES, STAY = 28, 7  # of a client that stays, and in how many seconds: 2.8 are due
SILENT = 3  # seconds, of a stream to a client
CLIENTS = ((8, b""), (LINES, b""), (LINES, b""), (LINES, b"a body"))  # lines, and what is sent


@exercise(16)
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
        signals.check()
        sleep(0.05)
        if run.log.stat().st_size != size:
            size, since = run.log.stat().st_size, monotonic()
        elif monotonic() - since > quiet:
            return True
    return False


Sent = tuple[str, str, list[str]]  # client, address of the connection, lines of X-Forwarded-For
NEAR, FAR = "10.0.0.2", "10.0.0.1"  # the proxies, as seen from the server


@exercise(23)
def who_asks(path: Path, folder: Path) -> str:
    inside, outside, made_up = addresses()
    cases = [*requests_of(outside, made_up), *requests_of(inside, made_up)]
    wanted = {
        "from_environ": [(environ_of(peer, lines),) for _, peer, lines in cases],
        "from_scope": [(scope_of(peer, lines),) for _, peer, lines in cases],
    }
    given = result_of("call", path, folder, repr(wanted), "errors")
    for number, (client, peer, lines) in enumerate(cases):
        for function, answers in given.items():
            if answers[number] != client:
                raise Wrong(explained(function, answers[number], made_up, peer, lines))
    return f"{len(cases)} requests of {outside} and {inside}, some forged: you found who asked."


def addresses() -> tuple[str, str, str]:
    """Return a client inside the proxies' network, one outside, and what a client makes up."""
    outside, made_up = random.sample([f"{first}.51.100.7" for first in range(11, 224)], 2)
    return f"10.0.0.{random.randint(3, 254)}", outside, made_up


def requests_of(client: str, made_up: str) -> list[Sent]:
    """Return how requests of a client look to the server, from the plainest on."""
    return [
        (client, NEAR, [f"{client}, {FAR}"]),
        (client, client, []),
        (client, FAR, [client]),
        (client, NEAR, [client]),
        (client, NEAR, [f"{made_up}, {client}, {FAR}"]),
        (client, NEAR, [made_up, f"{client},{FAR}"]),
        (client, client, [made_up]),
        (client, client, [f"{made_up}, {FAR}"]),
        (client, FAR, [f"{made_up}, {client}"]),
        (client, NEAR, [f"{made_up}, {NEAR}, {client}, {FAR}"]),
    ]


def environ_of(peer: str, lines: list[str]) -> dict[str, str]:
    forwarded = {"HTTP_X_FORWARDED_FOR": ",".join(lines)} if lines else {}  # as servers join them
    return forwarded | {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/",
        "QUERY_STRING": "",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "HTTP_HOST": "shop",
        "REMOTE_ADDR": peer,
        "REMOTE_PORT": "40000",
    }


def scope_of(peer: str, lines: list[str]) -> dict[str, object]:
    forwarded = [(b"x-forwarded-for", line.encode()) for line in lines]
    return {
        "type": "http",
        "method": "GET",
        "path": "/",
        "scheme": "http",
        "query_string": b"",
        "client": (peer, 40000),
        "headers": [(b"host", b"shop"), *forwarded, (b"accept", b"*/*")],
    }


def explained(function: str, said: object, made_up: str, peer: str, lines: list[str]) -> str:
    """Return what a function was given, what it said, and what to ask oneself."""
    header = " and ".join(f'"{line}"' for line in lines)
    came = f"A request comes from {peer}, with " + (
        f"X-Forwarded-For: {header}" if lines else "no X-Forwarded-For"
    )
    if said in (NEAR, FAR):
        why = "That is a proxy."
    elif said == made_up:
        why = "Who wrote that?"
    else:
        why = "Return the client's address, as text."
    return f"{came}. {function}() gives {said!r:.40}. {why}"


EVENTS = [b"data: 1\n\n", b"data: 2\n\n", b"data: 3\n\n"]
PAUSE = 0.5  # seconds between two events
BUFFERED = "proxy_http_version 1.0;"  # as it was by default until 1.29.7


@exercise(31)
def through_nginx(path: Path, folder: Path) -> str:
    with gunicorn(path, folder) as run, behind_nginx(run, folder, BUFFERED) as port:
        times = arrivals(port, run)
    first, last = times[0], times[-1]
    saw = f"Through nginx, the first event came after {first:.1f} s and the last after {last:.1f} s"
    if last < PAUSE:
        raise Wrong(f"{saw}: leave half a second between the events.")
    if min(later - earlier for earlier, later in pairwise(times)) < PAUSE / 2:
        raise Wrong(f"{saw}. nginx has gathered some of them: which header tells it not to?")
    return f"{saw}: each came when it was sent."


def arrivals(port: int, run: Served) -> list[float]:
    """Return after how many seconds each event came."""
    got, begun = b"", monotonic()
    times: list[float] = []
    with connected(port, end=b"\r\nConnection: close\r\n\r\n", seconds=5) as client:
        try:
            while piece := client.recv(65536):
                got += piece
                _, _, body = got.partition(b"\r\n\r\n")
                there = [event for event in EVENTS if event in body]
                times += [monotonic() - begun] * (len(there) - len(times))
                if len(times) == len(EVENTS):
                    return times
        except TimeoutError as error:
            raise Wrong(
                f"After 5 s {len(times)} events have come: where are the others?"
            ) from error
    if b" 200 " not in got.split(b"\r\n")[0]:
        raise Wrong(f"The client got {got[:40]!r}.{because(run.log)}")
    raise Wrong(f"The client got {len(times)} events of {len(EVENTS)}: {body[-60:]!r}.")
