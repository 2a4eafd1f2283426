import os
import socket
import time

import anyio
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

PORT = int(os.environ.get("DATABASE", "5432"))


def query(seconds):
    with socket.create_connection(("127.0.0.1", PORT), timeout=seconds) as database:
        database.sendall(b"query\n")
        return database.recv(100)  # b"" if it closes the connection


def report(request):
    time.sleep(1)
    return PlainTextResponse("done\n")


async def health(request):
    limiter = anyio.CapacityLimiter(1)
    try:
        with anyio.fail_after(0.15):
            call = anyio.to_thread.run_sync
            answer = await call(query, 1, limiter=limiter, abandon_on_cancel=True)
    except OSError:
        answer = None
    return PlainTextResponse("ok" if answer else "no", 200 if answer else 503)


app = Starlette(routes=[Route("/report", report), Route("/health", health)])
