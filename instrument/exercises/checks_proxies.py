"""Exercises 23 and 31: the address of a client behind proxies, and a stream through one."""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from time import monotonic

from instrument.edges import processes
from instrument.edges.clients import connected, listens
from instrument.edges.errors import InstrumentError
from instrument.edges.tools import find, lacking
from instrument.exercises.book import Wrong, exercise
from instrument.exercises.serve import Served, because, gunicorn, result_of

Sent = tuple[str, str, list[str]]  # client, address of the connection, lines of X-Forwarded-For
NEAR, FAR = "10.0.0.2", "10.0.0.1"  # the proxies, as seen from the server
FUNCTIONS = ("from_environ", "from_scope")
ASK_BOTH = f"""import json, os, runpy, sys
found = runpy.run_path(sys.argv[1])
for name in {FUNCTIONS}:
    if not callable(found.get(name)):
        sys.exit(f"there is no function {{name}} in it")
def tried(name, given):
    try:
        return found[name](given)
    except Exception as error:
        return f"{{type(error).__name__}}: {{error}}"
given = []
for _, peer, lines in json.loads(sys.argv[2]):
    environ = {{"REQUEST_METHOD": "GET", "PATH_INFO": "/", "QUERY_STRING": ""}}
    environ |= {{"SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http", "HTTP_HOST": "shop"}}
    environ |= {{"REMOTE_ADDR": peer, "REMOTE_PORT": "40000"}}
    if lines:
        environ["HTTP_X_FORWARDED_FOR"] = ",".join(lines)  # as servers join them
    named = [(b"x-forwarded-for", line.encode()) for line in lines]
    scope = {{"type": "http", "method": "GET", "path": "/", "scheme": "http"}}
    scope |= {{"query_string": b"", "client": (peer, 40000)}}
    scope["headers"] = [(b"host", b"shop"), *named, (b"accept", b"*/*")]
    given.append([tried("from_environ", environ), tried("from_scope", scope)])
with open(os.environ["RESULT"], "w") as result:
    json.dump(given, result, default=repr)
"""


@exercise(
    23,
    "who asks, behind two proxies?",
    "connections",
    "Begin with the address of the connection. As long as it is a proxy's, take the next, from the end.",
)
def who_asks(path: Path, folder: Path) -> str:
    inside, outside, made_up = addresses()
    cases = [*requests_of(outside, made_up), *requests_of(inside, made_up)]
    given = result_of(ASK_BOTH, path, folder, json.dumps(cases))
    for answers, (client, *case) in zip(given, cases, strict=True):
        for function, said in zip(FUNCTIONS, answers, strict=True):
            if said != client:
                raise Wrong(explained(function, said, made_up, *case))
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


BUFFERING = """daemon off; pid nginx.pid; error_log stderr; worker_processes 1;
events {{ worker_connections 64; }}
http {{
    access_log off; client_body_temp_path body; proxy_temp_path proxy;
    fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{ proxy_pass http://127.0.0.1:{app}; proxy_http_version 1.0; }}
    }}
}}
"""
EVENTS = [b"data: 1\n\n", b"data: 2\n\n", b"data: 3\n\n"]
PAUSE = 0.5  # seconds between two events


@exercise(
    31,
    "a stream through nginx",
    "connections",
    "nginx reads headers of the answer that begin with X-Accel-. One of them is about buffering.",
)
def through_nginx(path: Path, folder: Path) -> str:
    if why := lacking("nginx"):
        raise InstrumentError(why)
    with gunicorn(path, folder) as run, behind_nginx(run.port, folder) as port:
        times = arrivals(port, run)
    first, last = times[0], times[-1]
    saw = f"Through nginx, the first event came after {first:.1f} s and the last after {last:.1f} s"
    if last < PAUSE:
        raise Wrong(f"{saw}: leave half a second between the events.")
    if min(later - earlier for earlier, later in pairwise(times)) < PAUSE / 2:
        raise Wrong(f"{saw}. nginx has gathered some of them: which header tells it not to?")
    return f"{saw}: each came when it was sent."


@contextmanager
def behind_nginx(app: int, folder: Path) -> Iterator[int]:
    """Run nginx, which speaks HTTP/1.0 as it did by default until 1.29.7, before a port; give its own."""
    port = processes.free_port()
    conf = folder / "buffering.conf"
    conf.write_text(BUFFERING.format(app=app, port=port), "utf-8")
    command = [find("nginx"), "-p", str(folder), "-c", str(conf), "-e", "stderr"]
    with processes.running(command, folder / "buffering.log") as nginx:
        processes.wait_until(lambda: listens(port), nginx, folder / "buffering.log")
        yield port


def arrivals(port: int, run: Served) -> list[float]:
    """Return after how many seconds each event came."""
    got, times, begun = b"", [], monotonic()
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
