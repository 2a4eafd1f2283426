"""Exercise 25: a retry that creates one note.

A client makes up an Idempotency-Key for each note that it sends. If no answer comes, it sends the
same again, with the same key. Create one note for each key, and answer a retry with its number. The
check kills the workers, once after the commit and once before, and sends a retry. Two ask at once.
"""

import os
import sqlite3
import time

NOTES = os.environ.get("NOTES", "notes.db")


def create(key, text):  # TODO
    with sqlite3.connect(NOTES) as database:
        database.execute("CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT)")
        return database.execute("INSERT INTO notes (text) VALUES (?)", [text]).lastrowid


def app(environ, start_response):
    text = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()
    number = create(environ["HTTP_IDEMPOTENCY_KEY"], text)
    time.sleep(0.5)  # leave this between the commit and the answer: here a worker is killed
    start_response("201 Created", [("Content-Type", "text/plain")])
    return [str(number).encode()]
