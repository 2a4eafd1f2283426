"""Two apps that do what no app should, for the rows that chapter 5's own apps have no path for.

/ answers at once. /endless sends without an end. /native waits in C and keeps the GIL.
/torn/native does the same after the first half of its body.
"""

import asyncio
import ctypes
import os
import sys
import time

NATIVE_SECONDS = 8
PAUSE_SECONDS = 0.1
LINE = b"a line\n"


class Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


def keep_the_gil():
    """Wait for a lock in C without giving up the GIL; no signal ends it, and it takes no CPU.

    A computation in C is the same to a server: no Python code of the process runs meanwhile.
    """
    library = ctypes.PyDLL(None)  # which, unlike CDLL, keeps the GIL
    mutex = ctypes.create_string_buffer(64)  # zeros are a mutex that is free
    until = Timespec(int(time.time()) + NATIVE_SECONDS, 0)
    library.pthread_mutex_lock(mutex)
    library.pthread_mutex_timedlock(mutex, ctypes.byref(until))


def log_begin():
    print(f"{os.getpid()} begins", file=sys.stderr, flush=True)


def wsgi(environ, start_response):
    log_begin()
    path = environ["PATH_INFO"]
    headers = [("Content-Type", "text/plain")]
    if path == "/native":
        keep_the_gil()
    if path != "/endless":
        headers.append(("Content-Length", str(2 * len(LINE))))
    start_response("200 OK", headers)
    return wsgi_lines(path)


def wsgi_lines(path):
    yield LINE
    while path == "/endless":
        time.sleep(PAUSE_SECONDS)
        yield LINE
    if path == "/torn/native":
        keep_the_gil()
    yield LINE


async def asgi(scope, receive, send):
    assert scope["type"] == "http"
    log_begin()
    await receive()
    path = scope["path"]
    headers = [(b"content-type", b"text/plain")]
    if path == "/native":
        keep_the_gil()
    if path != "/endless":
        headers.append((b"content-length", str(2 * len(LINE)).encode()))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": LINE, "more_body": True})
    while path == "/endless":
        await asyncio.sleep(PAUSE_SECONDS)
        await send({"type": "http.response.body", "body": LINE, "more_body": True})
    if path == "/torn/native":
        await asyncio.sleep(PAUSE_SECONDS)  # so that the first half is on its way
        keep_the_gil()
    await send({"type": "http.response.body", "body": LINE})
