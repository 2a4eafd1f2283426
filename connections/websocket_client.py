"""Sends each word over a WebSocket, and prints what comes back.

Run it from the root, beside a server:   python -m connections.websocket_client hello again
"""

import argparse
import sys

from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import connect

from command_line import port, run


def text(word):
    word.encode()  # raises ValueError where it is not in the locale's encoding
    return word


def main():
    parser = argparse.ArgumentParser(prog="python -m connections.websocket_client")
    parser.add_argument("words", type=text, nargs="+")
    parser.add_argument("--port", type=port, default=8000)
    options = parser.parse_args()
    address = f"127.0.0.1:{options.port}"
    try:
        with connect(f"ws://{address}", proxy=None, open_timeout=5) as socket:
            for word in options.words:
                socket.send(word)
                print(socket.recv(timeout=5))
    except InvalidStatus as error:
        sys.exit(f"no WebSocket: the server answers {error.response.status_code}")
    except (OSError, WebSocketException) as error:
        sys.exit(f"no WebSocket at {address}: {error}")


if __name__ == "__main__":
    sys.exit(run(main))
