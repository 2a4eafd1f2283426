import fcntl
import os
import sqlite3
import time

NOTES = os.environ.get("NOTES", "notes.db")


def create(key, text):
    with open(NOTES + ".lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with sqlite3.connect(NOTES) as database:
            database.execute("CREATE TABLE IF NOT EXISTS notes (key TEXT, text TEXT)")
            for (number,) in database.execute("SELECT rowid FROM notes WHERE key = ?", [key]):
                return number
            return database.execute("INSERT INTO notes VALUES (?, ?)", [key, text]).lastrowid


def app(environ, start_response):
    text = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()
    number = create(environ["HTTP_IDEMPOTENCY_KEY"], text)
    time.sleep(0.5)
    start_response("201 Created", [("Content-Type", "text/plain")])
    return [str(number).encode()]
