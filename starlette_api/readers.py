"""Times reads while a write waits: holds the database's lock, sends a write, and reads meanwhile.

Run it from the root, beside a server on port 8000:   python -m starlette_api.readers

Look at the slowest read: under `app` it is quick, under `blocking` it waits with the write.
"""

import sqlite3
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.error import URLError
from urllib.request import Request, urlopen

NOTES = "http://127.0.0.1:8000/notes"
HOLD_SECONDS = 2


def seconds(request: str | Request) -> float:
    start = time.monotonic()
    urlopen(request, timeout=30).read()
    return time.monotonic() - start


def main() -> None:
    reads = [seconds(NOTES)]
    note = Request(NOTES, b'{"title": "late"}', {"Content-Type": "application/json"})
    holder = sqlite3.connect("notes.db", check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")  # from now on, every write waits
    threading.Timer(HOLD_SECONDS, holder.rollback).start()
    with ThreadPoolExecutor() as writer:
        written = writer.submit(seconds, note)
        while not written.done():
            reads.append(seconds(NOTES))
    print(f"the write took {written.result():.0f} s, the slowest read {max(reads):.0f} s")


if __name__ == "__main__":
    try:
        main()
    except URLError as error:
        sys.exit(f"start the notes on port 8000 first: {error.reason}")
