"""Sends each word over a WebSocket, and prints what comes back.

Run it from the root, beside a server:   python -m connections.websocket_client hello again
"""

import argparse
import sys

from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import connect

from connections.idle_client import port


def main():
    parser = argparse.ArgumentParser(prog="python -m connections.websocket_client")
    parser.add_argument("words", nargs="+")
    parser.add_argument("--port", type=port, default=8000)
    options = parser.parse_args()
    address = f"127.0.0.1:{options.port}"
    try:
        with connect(f"ws://{address}", proxy=None, open_timeout=5) as socket:
            for word in options.words:
                socket.send(word)
                print(socket.recv(timeout=5), flush=True)
    except InvalidStatus as error:
        sys.exit(f"no WebSocket: the server answers {error.response.status_code}")
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(1)  # the reader of our output has gone
    except (OSError, WebSocketException) as error:
        sys.exit(f"no WebSocket at {address}: {error}")


if __name__ == "__main__":
    main()
