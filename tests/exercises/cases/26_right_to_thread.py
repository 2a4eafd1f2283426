import asyncio
import os
import socket
import time

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
    try:
        is_there = await asyncio.to_thread(query, 0.1)
    except OSError:
        is_there = False
    return PlainTextResponse("", status_code=200 if is_there else 503)


app = Starlette(routes=[Route("/report", report), Route("/health", health)])
