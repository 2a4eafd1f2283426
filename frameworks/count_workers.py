"""Opens connections in three ways, and prints how many requests each worker answers.

    python -m frameworks.count_workers 8000

It wants a server that answers with its process id, as queue_app.py does.
"""

import sys
from collections import Counter
from http.client import HTTPConnection, HTTPException

MANY = 100


def ask(*connections):
    """Send a request on each connection, then count the answers by worker."""
    for connection in connections:
        connection.request("GET", "/")
    return Counter(connection.getresponse().read() for connection in connections)


def main():
    if len(sys.argv) != 2 or not sys.argv[1].isdigit():
        sys.exit("usage: python -m frameworks.count_workers PORT")

    def connect():
        connection = HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=30)
        connection.connect()
        return connection

    def tell(what, counts):
        print(f"{what}:", *sorted(counts.values(), reverse=True))

    try:
        tell(f"{MANY} connections by turns", sum((ask(connect()) for _ in range(MANY)), Counter()))
        tell(f"{MANY} connections at once", ask(*[connect() for _ in range(MANY)]))
        kept = connect()
        tell(f"1 connection, {MANY} requests", sum((ask(kept) for _ in range(MANY)), Counter()))
    except ConnectionRefusedError:
        sys.exit(f"nothing listens on port {sys.argv[1]}: start the server first")
    except (OSError, HTTPException) as error:
        sys.exit(f"the server did not answer: {type(error).__name__}")


if __name__ == "__main__":
    main()
