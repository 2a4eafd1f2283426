"""Exercise 25: a retry that creates one note.

The key is stored in the same transaction as the note, and the database lets no key in twice: neither
from a retry, nor from another worker at the same moment.
"""

import os
import sqlite3
import time

NOTES = os.environ.get("NOTES", "notes.db")
TABLE = "CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, key TEXT UNIQUE, text TEXT)"


def create(key, text):
    with sqlite3.connect(NOTES) as database:
        database.execute(TABLE)
        database.execute("INSERT OR IGNORE INTO notes (key, text) VALUES (?, ?)", [key, text])
        return database.execute("SELECT id FROM notes WHERE key = ?", [key]).fetchone()[0]


def app(environ, start_response):
    text = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()
    number = create(environ["HTTP_IDEMPOTENCY_KEY"], text)
    time.sleep(0.5)  # between the commit and the answer: here a worker is killed
    start_response("201 Created", [("Content-Type", "text/plain")])
    return [str(number).encode()]
