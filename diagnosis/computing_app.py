"""Computes for a second of CPU time for each request, however fast the CPU is.

gunicorn -w 1 diagnosis.computing_app:app
"""

import time


def app(environ, start_response):
    until = time.process_time() + 1
    while time.process_time() < until:
        pass
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"done\n"]
