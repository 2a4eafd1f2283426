import os
import sqlite3
import time

NOTES = os.environ.get("NOTES", "notes.db")


def create(key, text):
    database = sqlite3.connect(NOTES)
    database.execute("CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text, key UNIQUE)")
    try:
        with database:
            insert = "INSERT INTO notes (text, key) VALUES (?, ?)"
            return database.execute(insert, (text, key)).lastrowid
    except sqlite3.IntegrityError:
        (number,) = database.execute("SELECT id FROM notes WHERE key = ?", (key,)).fetchone()
        return number


def app(environ, start_response):
    text = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()
    number = create(environ["HTTP_IDEMPOTENCY_KEY"], text)
    time.sleep(0.5)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(number).encode()]
