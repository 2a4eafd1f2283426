# says: while the database was silent, /health was answered with 200, not 503.
import asyncio
import os
import time

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

PORT = int(os.environ.get("DATABASE", "5432"))


async def query():
    _, writer = await asyncio.open_connection("127.0.0.1", PORT)
    writer.close()
    return b"there"


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
