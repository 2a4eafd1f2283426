"""Exercise 26: a health check beside requests that hold all threads.

An async def needs no thread of the forty, and a connection that is awaited blocks no loop.
"""

import asyncio
import os
import time

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

PORT = int(os.environ.get("DATABASE", "5432"))


async def query():
    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
    writer.write(b"query\n")
    answer = await reader.read(100)
    writer.close()
    return answer


def report(request):
    time.sleep(1)
    return PlainTextResponse("done\n")


async def health(request):
    try:
        answer = await asyncio.wait_for(query(), 0.1)
    except OSError:  # TimeoutError is one, too
        answer = b""
    return PlainTextResponse("healthy\n" if answer else "no database\n", 200 if answer else 503)


app = Starlette(routes=[Route("/report", report), Route("/health", health)])
