# says: A note with the key 'first-0' was answered with 500.
import os
import sqlite3
import time

NOTES = os.environ.get("NOTES", "notes.db")


def create(key, text):
    with sqlite3.connect(NOTES) as database:
        database.execute(
            "CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, key UNIQUE, text)"
        )
        return database.execute(
            "INSERT INTO notes (key, text) VALUES (?, ?)", [key, text]
        ).lastrowid


def app(environ, start_response):
    text = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()
    number = create(environ["HTTP_IDEMPOTENCY_KEY"], text)
    time.sleep(0.5)
    start_response("201 Created", [("Content-Type", "text/plain")])
    return [str(number).encode()]
