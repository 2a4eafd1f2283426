"""Prints what gunicorn sends to a statsd server: one line for each metric.

python -m diagnosis.statsd_listener
"""

import contextlib
import socket

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
    listener.bind(("127.0.0.1", 8125))
    print("waiting for metrics", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            print(listener.recv(1024).decode().strip(), flush=True)
