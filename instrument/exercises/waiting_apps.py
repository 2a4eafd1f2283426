"""Applications that the checks start: each waits, and then computes, as variables say."""

import asyncio
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

WAITS = float(os.environ.get("WAITS", "0"))  # seconds
COMPUTES = float(os.environ.get("COMPUTES", "0"))  # seconds of a CPU
SLOTS = int(os.environ.get("SLOTS", "1000"))  # of the ASGI applications

lock, held = threading.Lock(), 0
slots, pool = asyncio.Semaphore(SLOTS), ThreadPoolExecutor(SLOTS)


def compute():
    end = time.thread_time() + COMPUTES
    while time.thread_time() < end:
        pass


def wsgi(environ, start_response):
    """Answer with the process, how many requests it held, and when this one began and ended."""
    global held
    with lock:
        held += 1
        at_once = held
    begun = time.monotonic()
    print("asked", flush=True)
    time.sleep(WAITS)
    compute()
    with lock:
        held -= 1
    print("answered", time.monotonic(), flush=True)
    body = f"{os.getpid()} {at_once} {begun} {time.monotonic()}".encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


async def asgi(scope, receive, send):
    assert scope["type"] == "http"
    async with slots:
        await asyncio.sleep(WAITS)
        compute()
    await answer(send)


async def threaded(scope, receive, send):
    assert scope["type"] == "http"
    await asyncio.get_running_loop().run_in_executor(pool, time.sleep, WAITS)
    await answer(send)


async def answer(send):
    print("answered", time.monotonic(), flush=True)
    headers = [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body"})
