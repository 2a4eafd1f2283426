"""An application whose limits you don't know yet: measure it before you read it.

Run it from the root:   gunicorn -k gthread --threads 16 capacity.unknown:app

MENDED=1 in its environment mends the first limit that the chapter finds, MENDED=2 the second, too.
"""

import os
import threading
import time
from contextlib import nullcontext

MENDED = int(os.environ.get("MENDED", "0"))
BODY = b"a report\n"
client = threading.Lock() if MENDED < 1 else nullcontext()  # one for all threads
connections = threading.Semaphore(4) if MENDED < 2 else nullcontext()


def app(environ, start_response):
    with client, connections:
        time.sleep(0.18)  # a query of a database
    compute(0.02)  # the page of its rows
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(BODY)))])
    return [BODY]


def compute(cpu_seconds):
    end = time.thread_time() + cpu_seconds
    while time.thread_time() < end:
        pass
