# says: created none. Is the key stored without it?|Two workers got the same key at once: the answer is b'0'
import os
import sqlite3
import time

NOTES = os.environ.get("NOTES", "notes.db")


def create(key, text):
    database = sqlite3.connect(NOTES)
    database.execute("CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT)")
    database.execute("CREATE TABLE IF NOT EXISTS keys (key TEXT PRIMARY KEY, note INTEGER)")
    with database:
        is_new = database.execute("INSERT OR IGNORE INTO keys VALUES (?, 0)", [key]).rowcount
    if is_new:
        with database:
            number = database.execute("INSERT INTO notes (text) VALUES (?)", [text]).lastrowid
            database.execute("UPDATE keys SET note = ? WHERE key = ?", [number, key])
    return database.execute("SELECT note FROM keys WHERE key = ?", [key]).fetchone()[0]


def app(environ, start_response):
    text = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()
    number = create(environ["HTTP_IDEMPOTENCY_KEY"], text)
    time.sleep(0.5)
    start_response("201 Created", [("Content-Type", "text/plain")])
    return [str(number).encode()]
