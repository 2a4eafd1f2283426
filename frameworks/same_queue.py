"""Sends four requests from source ports that led to one worker before, and tells what becomes of them.

    python -m frameworks.same_queue 8000 /1

The first of the four asks for the path, the others for /1. With a queue for each worker, Linux puts
a connection that comes from the same source port into the same queue again.
"""

import argparse
import socket
import sys
import time
from collections import defaultdict

from command_line import port, run

TOGETHER = 4


def connect(port, source_port=0):
    return socket.create_connection(("127.0.0.1", port), 30, ("127.0.0.1", source_port))


def send(connection, path):
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: workshop\r\n\r\n".encode())


def answer(connection):
    """Return what comes until the server closes the connection, as a sync worker does."""
    with connection:
        try:
            return b"".join(iter(lambda: connection.recv(4096), b""))
        except ConnectionResetError:
            return b""


def ports_to_one_worker(port):
    """Ask again and again, until one worker has answered often enough."""
    found = defaultdict(list)
    while True:
        connection = connect(port)
        source_port = connection.getsockname()[1]
        send(connection, "/")
        _, _, pid = answer(connection).partition(b"\r\n\r\n")
        found[pid].append(source_port)
        if len(found[pid]) == TOGETHER:
            return found[pid]


def main():
    parser = argparse.ArgumentParser(prog="python -m frameworks.same_queue")
    parser.add_argument("port", type=port)
    parser.add_argument("path", choices=("/1", "/kill", "/renew"))
    options = parser.parse_args()
    try:
        source_ports = ports_to_one_worker(options.port)
        connections = [connect(options.port, each) for each in source_ports]
    except ConnectionRefusedError:
        sys.exit(f"nothing listens on port {options.port}: start the server first")
    begun = time.perf_counter()
    for connection in connections[1:]:
        send(connection, "/1")
    send(connections[0], options.path)  # last, so that the others wait when its worker is killed
    seconds = []
    for connection in connections:
        if answer(connection):
            seconds.append(f"{time.perf_counter() - begun:.1f}")
    if seconds:
        print("answered after", *seconds, "s")
    if len(seconds) < TOGETHER:
        print(TOGETHER - len(seconds), "lost")


if __name__ == "__main__":
    sys.exit(run(main))
