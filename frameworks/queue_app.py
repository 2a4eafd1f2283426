"""Answers with the worker's process id: /1 after a second, /renew as well, and /kill never.

    gunicorn -w 4 frameworks.queue_app:app

Look at what becomes of the requests that wait behind a request for /kill.
"""

import os
import signal
import time


def app(environ, start_response):
    if environ["PATH_INFO"] == "/renew":
        os.kill(os.getppid(), signal.SIGHUP)  # the master renews all workers
    if environ["PATH_INFO"] in ("/1", "/renew"):
        time.sleep(1)
    elif environ["PATH_INFO"] == "/kill":
        os.kill(os.getpid(), signal.SIGKILL)
    body = f"{os.getpid()}\n".encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
