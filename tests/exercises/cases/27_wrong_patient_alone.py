# says: Beside 200 requests, /ping got no answer within 0.2 s.
import os
import queue
import socket

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

PORT = int(os.environ.get("DATABASE", "5432"))
pool = queue.Queue()
for _ in range(15):
    pool.put(socket.create_connection(("127.0.0.1", PORT)))


def row(request):  # TODO
    connection = pool.get(timeout=30)
    connection.sendall(b"query\n")
    answer = connection.recv(100)
    pool.put(connection)
    return PlainTextResponse(answer)


def ping(request):
    return PlainTextResponse("pong\n")


app = Starlette(routes=[Route("/", row), Route("/ping", ping)])
