"""Asks once, keeps the connection open, and prints after how long the server closes it.

Run it from the root, beside a server:   python -m connections.idle_client
"""

import argparse
import socket
import sys
import time

from command_line import port, run

REQUEST = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def seconds_until_closed(port):
    """Return how long the connection stayed open after the answer. Raises OSError."""
    with socket.create_connection(("127.0.0.1", port), timeout=100) as connection:
        connection.sendall(REQUEST)
        answered = time.monotonic()
        while connection.recv(65536):
            answered = time.monotonic()
        return time.monotonic() - answered


def main():
    parser = argparse.ArgumentParser(prog="python -m connections.idle_client")
    parser.add_argument("--port", type=port, default=8000)
    options = parser.parse_args()
    try:
        seconds = seconds_until_closed(options.port)
    except OSError as error:
        sys.exit(f"no answer at 127.0.0.1:{options.port}: {error}")
    print(f"closed after {seconds:.0f} s")


if __name__ == "__main__":
    sys.exit(run(main))
