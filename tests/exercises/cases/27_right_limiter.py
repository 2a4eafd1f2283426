import os
import queue
import socket

import anyio
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

PORT = int(os.environ.get("DATABASE", "5432"))
pool = queue.Queue()
for _ in range(15):
    pool.put(socket.create_connection(("127.0.0.1", PORT)))


places = anyio.CapacityLimiter(15)


async def row(request):
    answer = await anyio.to_thread.run_sync(query, limiter=places)
    return PlainTextResponse(answer)


def query():
    connection = pool.get(timeout=0.2)
    connection.sendall(b"query\n")
    answer = connection.recv(100)
    pool.put(connection)
    return answer


def ping(request):
    return PlainTextResponse("pong\n")


app = Starlette(routes=[Route("/", row), Route("/ping", ping)])
