"""Apps that do what people's applications do, for the rows of "What people run into".

The path says what a request does; the variable AT_IMPORT says what else happens at the import.
"""

import asyncio
import logging
import os
import secrets
import sys
import threading
import time
from typing import NamedTuple
from urllib.request import urlopen

import psutil

from instrument.faults.odd_apps import keep_the_gil, log_begin

SECRET = secrets.token_hex()  # each process that imports this has its own
log = logging.getLogger("shop")


def tick():
    while True:
        sys.stderr.write(f"{os.getpid()} ticks\n")
        time.sleep(0.02)


def fail():
    raise RuntimeError("no settings")


AT_IMPORT = {
    "fails": fail,
    "ticks": lambda: threading.Thread(target=tick, daemon=True).start(),
    "takes 6 s": lambda: time.sleep(6),
    "keeps the GIL": keep_the_gil,
    "sets up logging": lambda: logging.basicConfig(level="INFO"),
}
AT_IMPORT.get(os.environ.get("AT_IMPORT", ""), lambda: None)()


class Received(NamedTuple):
    host: str
    token: str  # of a header whose name has an underscore
    body: bytes


def wait(request):
    log_begin()
    time.sleep(5)
    return "waited"


def ask_itself(request):
    try:
        with urlopen(f"http://{request.host}/", timeout=2) as response:
            return response.read().decode()
    except OSError as error:  # which gunicorn would take for a client that has left
        raise RuntimeError("no answer") from error


def log_something(request):
    log.info("a line of info")
    log.warning("a line of warning")
    print("a line of print")
    return "logged"


def fail_to_wait(request):
    raise TimeoutError("the database does not answer")


def measure(request):
    """Return the length of the body, and the memory while it is there."""
    return f"{len(request.body)} {psutil.Process().memory_info().rss}"


ANSWERS = {
    "/": lambda request: "open",
    "/secret": lambda request: f"{os.getpid()} {SECRET}",
    "/token": lambda request: request.token,
    "/measure": measure,
    "/logs": log_something,
    "/fails": fail_to_wait,
    "/wait": wait,
    "/itself": ask_itself,
}


def wsgi(environ, start_response):
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    token = environ.get("HTTP_X_TOKEN", "none")
    told = ANSWERS[environ["PATH_INFO"]](Received(environ["HTTP_HOST"], token, body))
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(told)))])
    return [told.encode()]


async def asgi(scope, receive, send):
    assert scope["type"] == "http"
    pieces = [await receive()]  # all of them, and then the whole, as Starlette does
    while pieces[-1]["more_body"]:
        pieces.append(await receive())
    body = b"".join(piece["body"] for piece in pieces)
    headers = dict(scope["headers"])
    request = Received(headers[b"host"].decode(), headers.get(b"x_token", b"none").decode(), body)
    told = await asyncio.to_thread(ANSWERS[scope["path"]], request)
    fields = [(b"content-type", b"text/plain"), (b"content-length", str(len(told)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": fields})
    await send({"type": "http.response.body", "body": told.encode()})


async def without_database(scope, receive, send):
    assert scope["type"] == "lifespan"
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no database"})
