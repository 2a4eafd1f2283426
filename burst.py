"""Sends requests at the same moment and prints when each of them was answered.

    python burst.py 8 http://127.0.0.1:8000

Look for the steps: a request that finds every worker busy is answered one step later.
The exit status is 1 when no request was answered.
"""

import argparse
import sys
import threading
import time
from collections import Counter
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from command_line import address, run, too_few_files, whole_number

MOST = 1000


def burst(requests, host, port, path):
    """Return the seconds until each answer, and how many answers there were of each kind."""
    seconds, kinds = [], Counter()
    begun = []
    together = threading.Barrier(requests, action=lambda: begun.append(time.perf_counter()))

    def ask():
        together.wait()
        try:
            with closing(HTTPConnection(host, port, timeout=120)) as connection:
                connection.request("GET", path)
                response = connection.getresponse()
                response.read()
        except ConnectionRefusedError:
            kinds["refused"] += 1
        except (OSError, HTTPException):
            kinds["lost"] += 1
        else:
            kinds[f"answered with {response.status}"] += 1
            seconds.append(time.perf_counter() - begun[0])

    clients = [threading.Thread(target=ask, daemon=True) for _ in range(requests)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return sorted(seconds), kinds


def main():
    parser = argparse.ArgumentParser(description="Sends requests at the same moment.")
    parser.add_argument("requests", type=whole_number(1, MOST), help=f"how many, at most {MOST}")
    parser.add_argument("url", type=address, help="where to, for instance http://127.0.0.1:8000")
    parser.add_argument("--elsewhere", action="store_true", help="allow other hosts than 127.0.0.1")
    options = parser.parse_args()
    try:
        url = urlsplit(options.url)
        port = 80 if url.port is None else url.port
    except ValueError as error:
        parser.error(f"{options.url}: {error}")
    if url.scheme != "http" or not url.hostname:
        parser.error(f"{options.url} is not an address like http://127.0.0.1:8000")
    if url.hostname != "127.0.0.1" and not options.elsewhere:
        parser.error(f"{url.hostname} is not 127.0.0.1: add --elsewhere if that server is yours")

    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    if told := too_few_files(options.requests):
        sys.exit(told)
    seconds, kinds = burst(options.requests, url.hostname, port, path)
    if kinds["refused"] == options.requests:
        sys.exit(f"nothing listens on {url.hostname}:{port}: start the server first")
    if seconds:
        print("answered after", *(f"{second:.1f}" for second in seconds), "s")
    if kinds["answered with 200"] != options.requests:
        print(", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())))
    if not seconds:
        sys.exit(1)


if __name__ == "__main__":
    sys.exit(run(main))
