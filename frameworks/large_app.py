"""An application with some 50 MB of objects, and an array of 20 MB: what becomes of them in a worker.

    gunicorn -w 4 --preload frameworks.large_app:app

The path says what a request does: /collect collects garbage, /read uses each object, and /array some
numbers. All then wait for half a second, so that of eight requests at once each of four workers gets
some.
"""

import gc
import os
import time
from array import array

NOTES = [[number, f"note {number}"] for number in range(250_000)]
NUMBERS = array("B", b"7" * 20 * 2**20)
gc.disable()  # until a request asks for it, so that you see when it runs
if "FREEZE" in os.environ:
    gc.freeze()  # the garbage collector leaves all of these alone


def app(environ, start_response):
    if environ["PATH_INFO"] == "/collect":
        gc.collect()
        time.sleep(0.5)
    elif environ["PATH_INFO"] == "/read":
        sum(len(title) for _, title in NOTES)
        time.sleep(0.5)
    elif environ["PATH_INFO"] == "/array":
        sum(memoryview(NUMBERS)[::4096])  # a number of each page of memory
        time.sleep(0.5)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"done\n"]
