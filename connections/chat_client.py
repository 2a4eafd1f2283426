"""Opens WebSockets to a chat, sends one message on the first, and counts which of them get it.

Run it from the root, beside a server:   python -m connections.chat_client
"""

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from command_line import port, run, whole_number

WAIT_SECONDS = 2  # for a message that may not come


def chat(port, clients):
    """Return the process that holds each client, and the same of those that get the message."""
    with ExitStack() as stack, ThreadPoolExecutor(clients) as pool:
        every = [
            stack.enter_context(connect(f"ws://127.0.0.1:{port}", proxy=None, open_timeout=5))
            for _ in range(clients)
        ]
        holders = [each.recv(timeout=5) for each in every]
        every[0].send("hello")
        are_told = list(pool.map(is_told, every))
    return holders, [holder for holder, told in zip(holders, are_told, strict=True) if told]


def is_told(socket):
    try:
        return socket.recv(timeout=WAIT_SECONDS) == "hello"
    except TimeoutError:
        return False


def main():
    parser = argparse.ArgumentParser(prog="python -m connections.chat_client")
    parser.add_argument("--clients", type=whole_number(1, 100), default=20)
    parser.add_argument("--port", type=port, default=8000)
    options = parser.parse_args()
    try:
        holders, told = chat(options.port, options.clients)
    except (OSError, WebSocketException) as error:
        sys.exit(f"no chat at 127.0.0.1:{options.port}: {error}")
    print(f"{len(holders)} clients, processes that hold them: {len(set(holders))}")
    print(f"clients that get the message: {len(told)}, processes that hold these: {len(set(told))}")


if __name__ == "__main__":
    sys.exit(run(main))
