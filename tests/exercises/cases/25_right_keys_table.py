import os
import sqlite3
import time

NOTES = os.environ.get("NOTES", "notes.db")


def create(key, text):
    database = sqlite3.connect(NOTES, isolation_level=None)
    database.execute("CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT)")
    database.execute("CREATE TABLE IF NOT EXISTS keys (key TEXT PRIMARY KEY, note INTEGER)")
    database.execute("BEGIN IMMEDIATE")
    found = database.execute("SELECT note FROM keys WHERE key = ?", (key,)).fetchone()
    if not found:
        found = (database.execute("INSERT INTO notes (text) VALUES (?)", (text,)).lastrowid,)
        database.execute("INSERT INTO keys VALUES (?, ?)", (key, found[0]))
    database.execute("COMMIT")
    database.close()
    return found[0]


def app(environ, start_response):
    text = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()
    number = create(environ["HTTP_IDEMPOTENCY_KEY"], text)
    time.sleep(0.5)
    start_response("201 Created", [("Content-Type", "text/plain")])
    return [str(number).encode()]
