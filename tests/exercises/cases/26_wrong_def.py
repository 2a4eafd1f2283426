# says: while the database was there, /health got no answer within 0.2 s.
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


def health(request):
    try:
        answer = query(0.1)
    except OSError:
        answer = None
    return PlainTextResponse("healthy\n", 200 if answer else 503)


app = Starlette(routes=[Route("/report", report), Route("/health", health)])
