# says: /health was answered with 200, not 503.
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


async def health(request):  # TODO
    return PlainTextResponse("healthy\n")


app = Starlette(routes=[Route("/report", report), Route("/health", health)])
