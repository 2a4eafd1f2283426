"""Keeps a server busy with requests, and asks for other paths meanwhile, one after the other.

python -m frameworks.ask_while_busy 40 http://127.0.0.1:8000/def / /ping-def
"""

import argparse
import sys
import time
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from command_line import address, run, whole_number

MOST = 200


def begin_request(port, path):
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path)
    return connection


def main():
    parser = argparse.ArgumentParser(description="Asks a server that is busy.")
    parser.add_argument(
        "requests", type=whole_number(1, MOST), help=f"that keep it busy, at most {MOST}"
    )
    parser.add_argument(
        "url", type=address, help="of these, for instance http://127.0.0.1:8000/def"
    )
    parser.add_argument(
        "paths", type=address, nargs="+", help="to ask for meanwhile, for instance /ping"
    )
    options = parser.parse_args()
    try:
        url = urlsplit(options.url)
        port = url.port
    except ValueError as error:
        parser.error(f"{options.url}: {error}")
    if url.scheme != "http" or url.hostname != "127.0.0.1" or not port:
        parser.error(f"{options.url} is not an address like http://127.0.0.1:8000/def")
    try:
        busy = [begin_request(port, url.path or "/") for _ in range(options.requests)]
        for path in options.paths:
            begun = time.perf_counter()
            body = begin_request(port, path).getresponse().read().decode().strip()
            print(f"{path} is answered after {time.perf_counter() - begun:.1f} s: {body}")
        for connection in busy:
            connection.getresponse().read()
    except ConnectionRefusedError:
        sys.exit(f"nothing listens on port {port}: start the server first")
    except (OSError, HTTPException) as error:
        sys.exit(f"the server did not answer: {type(error).__name__}")


if __name__ == "__main__":
    sys.exit(run(main))
