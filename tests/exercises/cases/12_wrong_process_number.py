# says: each worker counts for itself
import os
import time

COUNTER = os.environ.get("COUNTER", "counter")


def next_number():
    time.sleep(0.01)
    return time.monotonic_ns() + os.getpid()


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(next_number()).encode()]
