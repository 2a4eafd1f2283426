# says: leave time.sleep between the two
import os
import sqlite3
import time

NOTES = os.environ.get("NOTES", "notes.db")


def create(key, text):
    time.sleep(0.5)
    with sqlite3.connect(NOTES) as database:
        database.execute(
            "CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, key UNIQUE, text)"
        )
        database.execute("INSERT OR IGNORE INTO notes (key, text) VALUES (?, ?)", [key, text])
        return database.execute("SELECT id FROM notes WHERE key = ?", [key]).fetchone()[0]


def app(environ, start_response):
    text = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()
    number = create(environ["HTTP_IDEMPOTENCY_KEY"], text)
    start_response("201 Created", [("Content-Type", "text/plain")])
    return [str(number).encode()]
