"""An application with a thread that is started at import, and says where it runs."""

import os
import threading
import time


def tick():
    while True:
        print("ticks in", os.getpid(), flush=True)
        time.sleep(0.05)


threading.Thread(target=tick, daemon=True).start()


def app(environ, start_response):
    start_response("200 OK", [])
    return [b"pong\n"]
