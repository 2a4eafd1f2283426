"""Opens connections that send half a request and wait: an attack, on this machine only.

Run it from the root, beside a server:   python -m production.slow_client 4 --seconds 20

The client needs hardly any CPU and a hundred bytes for each connection, while the server waits.
"""

import argparse
import socket
import sys
import time
from contextlib import ExitStack, contextmanager
from selectors import EVENT_READ, DefaultSelector

from command_line import port, run, too_few_files, whole_number

HALF = {
    "headers": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Header-That-Is-Not-Fini",
    "body": b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nwhich does not co",
}
MOST_CONNECTIONS, MOST_SECONDS = 500, 60


@contextmanager
def holding(connections, port, half_of="headers"):
    """Hold half-sent requests open; hand over the connections. Raise OSError."""
    with ExitStack() as stack:
        every = []
        for _ in range(connections):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), 5))
            connection.sendall(HALF[half_of])
            every.append(connection)
        yield every


def readable(every, seconds=0):
    """Return the connections on which something comes, or which are closed, within some seconds."""
    with DefaultSelector() as selector:
        for connection in every:
            selector.register(connection, EVENT_READ)
        return [key.fileobj for key, _ in selector.select(seconds)]


def answered(every):
    """Return on how many of the connections something has come, which was not read yet."""
    return sum(bool(peek(connection)) for connection in readable(every))


def peek(connection):
    try:
        return connection.recv(1, socket.MSG_PEEK)
    except ConnectionError:
        return b""


def closed_within(every, seconds):
    """Return how many of the connections the other side closes within some seconds."""
    deadline, still_open = time.monotonic() + seconds, set(every)
    while still_open and (left := deadline - time.monotonic()) > 0:
        still_open -= {each for each in readable(still_open, left) if is_closed(each)}
    return len(every) - len(still_open)


def is_closed(connection):
    """Return whether the other side has closed; what it says before that (408, say) is read."""
    try:
        return not connection.recv(65536)
    except ConnectionError:
        return True


def main():
    parser = argparse.ArgumentParser(prog="python -m production.slow_client", description=__doc__)
    parser.add_argument("connections", type=whole_number(1, MOST_CONNECTIONS))
    parser.add_argument("--half-of", choices=HALF, default="headers")
    parser.add_argument("--seconds", type=whole_number(1, MOST_SECONDS), default=20)
    parser.add_argument("--port", type=port, default=8000)
    options = parser.parse_args()
    if told := too_few_files(options.connections):
        sys.exit(told)
    try:
        with holding(options.connections, options.port, options.half_of) as every:
            print(f"{options.connections} half requests are open", flush=True)
            closed = closed_within(every, options.seconds)
            print(f"the server closed {closed} of them")
    except BrokenPipeError:
        sys.exit(1)  # nobody reads on
    except ConnectionRefusedError as error:
        sys.exit(f"no server at 127.0.0.1:{options.port}: {error.strerror}")
    except OSError as error:
        sys.exit(f"can't open {options.connections} connections: {error.strerror or error}")


if __name__ == "__main__":
    sys.exit(run(main))
