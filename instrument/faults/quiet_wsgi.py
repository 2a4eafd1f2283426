"""Waits for as many seconds as the path says, and does nothing else."""

import time


def app(environ, start_response):
    if seconds := environ["PATH_INFO"][1:]:
        time.sleep(float(seconds))
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "3")])
    return [b"ok\n"]
