"""Two apps that do what no app should, for the rows that chapter 5's own apps have no path for.

/ answers at once. /endless sends without an end. /native waits in C and keeps the GIL.
/torn/native does the same after the first half of its body. /child waits for another process, and
tells its exit status. /big sends more than the system keeps for a client that does not read.
/after works on when its answer is out, as background tasks do.
"""

import asyncio
import ctypes
import os
import subprocess
import sys
import time
from asyncio import create_subprocess_exec

NATIVE_SECONDS = 8
PAUSE_SECONDS = 0.1
AFTER_SECONDS = 1
LINE = b"a line\n"
BIG = 20 * 2**20 * b"x"
CHILD = ("sleep", "1.5")


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
    if path == "/native":
        keep_the_gil()
    start_response("200 OK", [("Content-Type", "text/plain")])
    if path == "/big":
        yield BIG
    elif path == "/child":
        yield f"{subprocess.call(CHILD)}\n".encode()
    else:
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
    if path == "/native":
        keep_the_gil()
    headers = [(b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    async for piece in asgi_pieces(path):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
    if path == "/after":
        await asyncio.sleep(AFTER_SECONDS)


async def asgi_pieces(path):
    if path == "/big":
        yield BIG
    elif path == "/child":
        child = await create_subprocess_exec(*CHILD)
        yield f"{await child.wait()}\n".encode()
    else:
        yield LINE
        while path == "/endless":
            await asyncio.sleep(PAUSE_SECONDS)
            yield LINE
        if path == "/torn/native":
            await asyncio.sleep(PAUSE_SECONDS)  # so that the first half is on its way
            keep_the_gil()
        yield LINE
