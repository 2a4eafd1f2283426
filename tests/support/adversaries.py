"""Applications that a measurement may be fooled by, each of some lines.

gunicorn -k gthread --threads 16 tests.support.adversaries:locked
"""

import asyncio
import hashlib
import itertools
import threading
import time

WAIT = 0.05
lock = threading.Lock()
kept = []


def wsgi(work):
    """Return an application that answers with what the function returns: bytes, or a status."""

    def app(environ, start_response):
        told = work()
        status, body = (
            ("200 OK", told) if isinstance(told, bytes) else (told or "200 OK", b"done\n")
        )
        headers = [("Content-Length", str(len(body)))]
        if status.startswith("302"):
            headers.append(("Location", "https://login.example.org/?next=/"))
        start_response(status, headers)
        return [body]

    return app


def asgi(work):
    async def app(scope, receive, send):
        assert scope["type"] == "http"
        await work()
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]}
        )
        await send({"type": "http.response.body"})

    return app


@wsgi
def locked():
    with lock:
        time.sleep(WAIT)


@wsgi
def waiting():
    time.sleep(WAIT)


@wsgi
def hashing():
    hashlib.pbkdf2_hmac("sha256", b"secret", b"salt", 60_000)  # releases the lock


@wsgi
def leaking():
    time.sleep(WAIT)
    kept.append(bytearray(b"x") * 1_000_000)


@wsgi
def printing():
    time.sleep(WAIT)
    print("x" * 1_000_000)


failing = wsgi(lambda: "500 Internal Server Error")
missing = wsgi(lambda: "404 Not Found")
to_login = wsgi(lambda: "302 Found")


def endless(environ, start_response):
    start_response("200 OK", [])
    return itertools.repeat(b"x" * 10_000_000)


three = asyncio.Semaphore(3)
seven = asyncio.Semaphore(7)


@asgi
async def limited():
    async with three:
        await asyncio.sleep(WAIT)


@asgi
async def forgetful():
    """Gives seven out, and makes who finds none wait for ever."""
    if seven.locked():
        await asyncio.Event().wait()
    async with seven:
        await asyncio.sleep(WAIT)


async def silent(scope, receive, send):
    """Never starts: the server waits for its lifespan, and listens on no port."""
    await asyncio.sleep(3600)
