# says: The database refused
import os
import socket

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

PORT = int(os.environ.get("DATABASE", "5432"))


def row(request):  # TODO
    connection = socket.create_connection(("127.0.0.1", PORT))
    connection.sendall(b"query\n")
    answer = connection.recv(100)
    connection.close()
    return PlainTextResponse(answer)


async def ping(request):
    return PlainTextResponse("pong\n")


app = Starlette(routes=[Route("/", row), Route("/ping", ping)])
