"""Waits for as many seconds as the path says, then answers with the worker's process id.

Run it from the root:   gunicorn -w 4 production.wsgi_app:app, then curl 127.0.0.1:8000/3

Its terminal shows when each request begins and ends.
"""

import os
import sys
import time

VERSION = "old"


def app(environ, start_response):
    sys.stderr.write(f"{os.getpid()} begins\n")  # one write, so that no other comes in between
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    time.sleep(float(environ["PATH_INFO"][1:] or 0))
    sys.stderr.write(f"{os.getpid()} ends\n")
    body = f"{os.getpid()} {VERSION}\n".encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
