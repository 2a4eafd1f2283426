"""Sends each word over a WebSocket, and prints what comes back.

Run it from the root, beside a server:   python -m connections.websocket_client hello again
"""

import argparse
import sys

from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import connect


def main():
    parser = argparse.ArgumentParser(prog="python -m connections.websocket_client")
    parser.add_argument("words", nargs="+")
    words = parser.parse_args().words
    try:
        with connect("ws://127.0.0.1:8000", proxy=None, open_timeout=5) as socket:
            for word in words:
                socket.send(word)
                print(socket.recv(timeout=5))
    except InvalidStatus as error:
        sys.exit(f"no WebSocket: the server answers {error.response.status_code}")
    except (OSError, WebSocketException) as error:
        sys.exit(f"no server at 127.0.0.1:8000: {error}")


if __name__ == "__main__":
    main()
