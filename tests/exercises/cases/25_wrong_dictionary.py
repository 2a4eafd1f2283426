# says: The worker was killed after the commit, and then there were 2 notes with that key.
import os
import sqlite3
import time

NOTES = os.environ.get("NOTES", "notes.db")
done = {}


def create(key, text):
    if key not in done:
        with sqlite3.connect(NOTES) as database:
            database.execute("CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT)")
            insert = "INSERT INTO notes (text) VALUES (?)"
            done[key] = database.execute(insert, [text]).lastrowid
    return done[key]


def app(environ, start_response):
    text = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()
    number = create(environ["HTTP_IDEMPOTENCY_KEY"], text)
    time.sleep(0.5)
    start_response("201 Created", [("Content-Type", "text/plain")])
    return [str(number).encode()]
