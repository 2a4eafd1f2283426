# says: The worker was killed after the commit, and then there were 2 notes with that key.
import os
import sqlite3
import time

NOTES = os.environ.get("NOTES", "notes.db")


def create(key, text):
    with sqlite3.connect(NOTES) as database:
        database.execute("CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT)")
        database.execute("CREATE TABLE IF NOT EXISTS keys (key TEXT PRIMARY KEY, note INTEGER)")
        for (number,) in database.execute("SELECT note FROM keys WHERE key = ?", [key]):
            return number
        return database.execute("INSERT INTO notes (text) VALUES (?)", [text]).lastrowid


def remember(key, number):
    with sqlite3.connect(NOTES) as database:
        database.execute("INSERT OR IGNORE INTO keys VALUES (?, ?)", [key, number])


def app(environ, start_response):
    text = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()
    number = create(environ["HTTP_IDEMPOTENCY_KEY"], text)
    time.sleep(0.5)
    remember(environ["HTTP_IDEMPOTENCY_KEY"], number)
    start_response("201 Created", [("Content-Type", "text/plain")])
    return [str(number).encode()]
