"""Holds the write lock of notes.db until you press Ctrl-C.

Run it from the root, beside the notes:   python -m starlette_api.hold_lock
"""

import sqlite3
import sys
import threading
from contextlib import closing

from command_line import run


def main() -> None:
    with closing(sqlite3.connect("file:notes.db?mode=rw", uri=True)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        print("holding the write lock of notes.db: press Ctrl-C to release it", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    try:
        sys.exit(run(main))
    except sqlite3.OperationalError as error:
        sys.exit(f"start the notes in this folder first: {error}")
