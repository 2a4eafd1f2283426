"""Exercises 12 to 15: what several processes share, and what a deploy and a proxy do."""

import os
import signal
from pathlib import Path
from time import sleep

import psutil

from instrument.edges import processes
from instrument.edges.clients import listens
from instrument.edges.errors import InstrumentError
from instrument.edges.tools import find, lacking
from instrument.exercises.book import Wrong, exercise
from instrument.exercises.serve import (
    Served,
    configured,
    evaluated,
    fetch,
    fetch_together,
    gunicorn,
    need_ok,
    together,
    uvicorn,
)

ASKED = 24


@exercise(
    12,
    "a counter that four workers share",
    "starlette_api",
    "A file, and fcntl.flock(file, fcntl.LOCK_EX) before it is read; or sqlite3.",
)
def counter(path: Path, folder: Path) -> str:
    with gunicorn(path, folder, workers=4, COUNTER=str(folder / "counter")) as run:
        answers = [*fetch_together(run.port, ASKED), fetch(run.port)]
        if "invalid literal for int() with base 10: ''" in run.said():
            raise Wrong("A worker read the file when another had just emptied it. Lock, then read.")
        for each in answers:
            if not need_ok(each, run).body.isdigit():
                raise Wrong(f"A client got {each.body!r}: answer with the number alone.")
    numbers = sorted(int(each.body) for each in answers)
    if numbers == list(range(1, ASKED + 2)):
        return f"{ASKED + 1} requests got the numbers 1 to {ASKED + 1}, and none twice."
    saw = f"{len(numbers)} requests got {len(set(numbers))} different numbers, up to {numbers[-1]}"
    if (folder / "counter").exists():
        raise Wrong(f"{saw}: two workers read before one of them had written. Lock, then read.")
    raise Wrong(f"{saw}: each worker counts for itself, in a variable of its own.")


@exercise(
    13,
    "the lost update",
    "starlette_api",
    "Compare HTTP_IF_MATCH with etag() before note is assigned, not afterwards.",
)
def lost_update(path: Path, folder: Path) -> str:
    with gunicorn(path, folder) as run:

        def put(body: bytes, **headers) -> int:
            return fetch(run.port, "PUT", body, **headers).status

        seen = need_ok(fetch(run.port), run).headers["ETag"]
        if put(b"Ann's", If_Match=seen) != 200:
            raise Wrong("Ann sent the ETag that she had just got, and was refused.")
        if fetch(run.port).body != b"Ann's":
            raise Wrong("Ann's note was answered with 200, and not stored.")
        status = put(b"Bob's", If_Match=seen)
        stored = fetch(run.port).body
        if stored != b"Ann's":
            raise Wrong(
                f"Bob sent the ETag from before Ann's change, got {status}, and overwrote Ann's note."
            )
        if status != 412:
            raise Wrong(f"Bob's old ETag was answered with {status}, not with 412.")
        status = put(b"Carl's")
        if status != 428 or fetch(run.port).body != b"Ann's":
            raise Wrong(f"Carl sent no If-Match, and got {status}, not 428: he overwrites blindly.")
    return "Ann's note was stored; Bob's old ETag got 412, and Carl without one 428."


LONG = 4
SENT = ("after HUP", "after TERM", "without a signal")
SLOW = f"""import time
def app(environ, start_response):
    print("asked", flush=True)
    time.sleep({LONG})
    start_response("200 OK", [("Content-Length", "0")])
    return []
"""


@exercise(
    14,
    "a deploy that loses nothing",
    "production",
    "timeout ends workers that are silent; graceful_timeout ends those that were told to leave.",
)
def deploy(path: Path, folder: Path) -> str:
    (folder / "slow.py").write_text(SLOW, "utf-8")
    with (
        configured(path, folder, "slow:app") as renewed,
        configured(path, folder, "slow:app") as ended,
        configured(path, folder, "slow:app") as untouched,
    ):
        lost = together(
            lambda: is_lost(renewed, signal.SIGHUP),
            lambda: is_lost(ended, signal.SIGTERM),
            lambda: is_lost(untouched, 0),  # which is no signal
        )
    when = [name for name, gone in zip(SENT, lost, strict=True) if gone]
    if when:
        short = "timeout" if SENT[2] in when else "graceful_timeout"
        raise Wrong(
            f"A request of {LONG} s was in flight, and lost {' and '.join(when)}: {short} is too "
            "short for it."
        )
    return f"A request of {LONG} s was answered {', '.join(SENT[:2])}, and {SENT[2]}."


def is_lost(run: Served, number: int) -> bool:
    """Send a request, and a signal to the master while it is worked on."""

    def signalled() -> None:
        processes.wait_until(lambda: "asked" in run.said(), run.process, run.log)
        os.kill(run.process.pid, number)

    try:
        return together(lambda: fetch(run.port).status, signalled)[0] != 200
    except (Wrong, InstrumentError):
        return True


NGINX = """daemon off; pid nginx.pid; error_log stderr; worker_processes 1;
events {{ worker_connections 64; }}
http {{
    access_log off; client_body_temp_path body; proxy_temp_path proxy;
    fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    upstream app {{ server 127.0.0.1:{app}; keepalive 4; keepalive_timeout {seconds}s; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{ proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; }}
    }}
}}
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
        if not isinstance(value, int) or not 1 <= value <= 5:
            raise Wrong(f"{value!r} is not a whole number of seconds from 1 to 5.")
    if why := lacking("nginx"):
        raise InstrumentError(why)
    with uvicorn(path, folder, f"--timeout-keep-alive={server}", app="asgi.app:app") as run:
        port = processes.free_port()
        conf = folder / "nginx.conf"
        conf.write_text(NGINX.format(app=run.port, seconds=nginx, port=port), "utf-8")
        command = [find("nginx"), "-p", str(folder), "-c", str(conf), "-e", "stderr"]
        with processes.running(command, folder / "nginx.log") as proxy:
            processes.wait_until(lambda: listens(port), proxy, folder / "nginx.log")
            need_ok(fetch(port), run)
            closer = processes.wait_until(lambda: first_to_close(run.port), seconds=LONG + 5)
    if closer == "server":
        raise Wrong(
            f"After {server} s without a request the server closed nginx's connection; nginx would "
            f"have used it for {nginx} s. A request in that moment gets a 502."
        )
    if server == nginx:
        raise Wrong("Both wait equally long: now the one is first, now the other.")
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
