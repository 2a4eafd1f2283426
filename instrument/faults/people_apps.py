"""Two apps that do what people's applications do, for the rows of "What people run into".

The path says what a request does; the variable AT_IMPORT says what else happens at the import.
"""

import asyncio
import logging
import os
import secrets
import sys
import threading
import time
from urllib.request import urlopen

import psutil

from instrument.faults.odd_apps import keep_the_gil, log_begin

SECRET = secrets.token_hex()  # each process that imports this has its own
log = logging.getLogger("shop")


def tick():
    sys.stderr.write(f"{os.getpid()} ticks\n")


def fail():
    raise RuntimeError("no settings")


AT_IMPORT = {
    "fails": fail,
    "ticks": lambda: threading.Thread(target=tick).start(),
    "takes 6 s": lambda: time.sleep(6),
    "keeps the GIL": keep_the_gil,
    "sets up logging": lambda: logging.basicConfig(level="INFO"),
}
AT_IMPORT.get(os.environ.get("AT_IMPORT", ""), lambda: None)()


def ask_itself(host):
    """Return the status of a view that asks its own server, and what it answers: as a framework would."""
    try:
        with urlopen(f"http://{host}/", timeout=2) as response:
            return "200 OK", response.read().decode()
    except OSError:
        return "500 Internal Server Error", "no answer"


def log_something():
    log.info("a line of info")
    log.warning("a line of warning")
    print("a line of print")
    return "logged"


def fail_to_wait():
    raise TimeoutError("the database does not answer")


def memory():
    return str(psutil.Process().memory_info().rss)


ANSWERS = {
    "/": lambda: "open",
    "/secret": lambda: f"{os.getpid()} {SECRET}",
    "/logs": log_something,
    "/memory": memory,
    "/fails": fail_to_wait,
}


def wsgi(environ, start_response):
    status, (_, path, *rest) = "200 OK", environ["PATH_INFO"].split("/")
    if rest:
        log_begin()
        time.sleep(float(rest[0]))
        told = "waited"
    elif path == "token":
        told = environ.get("HTTP_X_TOKEN", "none")
    elif path == "whole":
        body = environ["wsgi.input"].read()
        told = f"{len(body)} {memory()}"
    elif path == "itself":
        status, told = ask_itself(environ["HTTP_HOST"])
    else:
        told = ANSWERS[f"/{path}"]()
    start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(told)))])
    return [told.encode()]


async def asgi(scope, receive, send):
    if scope["type"] == "lifespan":
        await start_up(receive, send)
        return
    status, (_, path, *rest) = "200 OK", scope["path"].split("/")
    headers = dict(scope["headers"])
    if rest:
        log_begin()
        await wait(path, float(rest[0]))
        told = "waited"
    elif path == "token":
        told = headers.get(b"x_token", b"none").decode()
    elif path == "whole":
        told = await read_whole(receive)
    elif path == "itself":
        status, told = await asyncio.to_thread(ask_itself, headers[b"host"].decode())
    else:
        told = ANSWERS[f"/{path}"]()
    fields = [(b"content-type", b"text/plain"), (b"content-length", str(len(told)).encode())]
    await send({"type": "http.response.start", "status": int(status[:3]), "headers": fields})
    await send({"type": "http.response.body", "body": told.encode()})


async def wait(how, seconds):
    if how == "block":
        block(seconds)
    else:
        await asyncio.sleep(seconds)


def block(seconds):
    time.sleep(seconds)


async def read_whole(receive):
    """Read a body as Starlette does: all pieces, and then the whole."""
    pieces = [await receive()]
    while pieces[-1]["more_body"]:
        pieces.append(await receive())
    body = b"".join(piece["body"] for piece in pieces)
    return f"{len(body)} {memory()}"


async def start_up(receive, send):
    await receive()
    if "LIFESPAN_FAILS" in os.environ:
        await send({"type": "lifespan.startup.failed", "message": "no database"})
        return
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
