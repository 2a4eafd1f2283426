"""Opens connections in three ways, and prints how many requests each worker answers.

    python -m frameworks.count_workers 8000

It wants a server that answers with its process id, as queue_app.py does.
"""

import argparse
import sys
from collections import Counter
from http.client import HTTPConnection, HTTPException

from command_line import port, run

MANY = 100


def count_answers(*connections):
    """Send a request on each connection, then count the answers by worker."""
    for connection in connections:
        connection.request("GET", "/")
    return Counter(connection.getresponse().read() for connection in connections)


def main():
    parser = argparse.ArgumentParser(prog="python -m frameworks.count_workers")
    parser.add_argument("port", type=port)
    options = parser.parse_args()

    def connect():
        connection = HTTPConnection("127.0.0.1", options.port, timeout=30)
        connection.connect()
        return connection

    def tell(what, counts):
        print(f"{what}:", *sorted(counts.values(), reverse=True))

    try:
        tell(
            f"{MANY} connections by turns",
            sum((count_answers(connect()) for _ in range(MANY)), Counter()),
        )
        tell(f"{MANY} connections at once", count_answers(*[connect() for _ in range(MANY)]))
        kept = connect()
        tell(
            f"1 connection, {MANY} requests",
            sum((count_answers(kept) for _ in range(MANY)), Counter()),
        )
    except ConnectionRefusedError:
        sys.exit(f"nothing listens on port {options.port}: start the server first")
    except (OSError, HTTPException) as error:
        sys.exit(f"the server did not answer: {type(error).__name__}")


if __name__ == "__main__":
    sys.exit(run(main))
