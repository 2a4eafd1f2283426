"""Exercise 27: a pool of 15 connections under 40 threads.

As many requests as there are connections get a thread. The others wait on the event loop, where
waiting takes neither a thread nor a connection, and threads are left for /ping.
"""

import asyncio
import os
import queue
import socket

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse
from starlette.routing import Route

PORT = int(os.environ.get("DATABASE", "5432"))
CONNECTIONS = 15
pool = queue.Queue()
for _ in range(CONNECTIONS):
    pool.put(socket.create_connection(("127.0.0.1", PORT)))
turns = asyncio.Semaphore(CONNECTIONS)


def query():
    connection = pool.get()
    try:
        connection.sendall(b"query\n")
        return connection.recv(100)
    finally:
        pool.put(connection)


async def row(request):
    async with turns:
        return PlainTextResponse(await run_in_threadpool(query))


def ping(request):
    return PlainTextResponse("pong\n")


app = Starlette(routes=[Route("/", row), Route("/ping", ping)])
