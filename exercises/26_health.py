"""Exercise 26: a health check beside requests that hold all threads.

/report is a def, and holds one of 40 threads for a second. Two hundred clients ask for it. Meanwhile
/health is to answer within 0.2 s: with 200 while the database answers, and with 503 while it is gone
(it refuses connections) or silent (it takes them, and never answers).
"""

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


def health(request):  # TODO
    return PlainTextResponse("healthy\n")


app = Starlette(routes=[Route("/report", report), Route("/health", health)])
