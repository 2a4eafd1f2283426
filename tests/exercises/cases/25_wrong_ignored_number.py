# says: The worker was killed after the commit: the answer is b'0'
import os
import sqlite3
import time

NOTES = os.environ.get("NOTES", "notes.db")


def create(key, text):
    with sqlite3.connect(NOTES) as database:
        database.execute(
            "CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, key UNIQUE, text)"
        )
        insert = "INSERT OR IGNORE INTO notes (key, text) VALUES (?, ?)"
        return database.execute(insert, [key, text]).lastrowid


def app(environ, start_response):
    text = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()
    number = create(environ["HTTP_IDEMPOTENCY_KEY"], text)
    time.sleep(0.5)
    start_response("201 Created", [("Content-Type", "text/plain")])
    return [str(number).encode()]
