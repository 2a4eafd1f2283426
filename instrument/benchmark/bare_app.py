"""The two calls without any framework: ASGI by hand, and `sqlite3` in a thread."""

import asyncio
import json
import os
import sqlite3
import threading

DATABASE = os.environ["DATABASE_URL"].removeprefix("sqlite:///")
COLUMNS = ("id", "version", "title", "text")
ONE = "SELECT id, version, title, text FROM notes WHERE id = ?"
CREATE = """INSERT INTO notes (version, title, text) VALUES (1, :title, :text)
            RETURNING id, version, title, text"""
local = threading.local()  # SQLite's connections stay in the thread that opened them


def run(statement, values):
    if not hasattr(local, "connection"):
        local.connection = sqlite3.connect(DATABASE, timeout=5)
    with local.connection as connection:
        row = connection.execute(statement, values).fetchone()
    return json.dumps(dict(zip(COLUMNS, row, strict=True))).encode()


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    if scope["method"] == "GET":
        id = int(scope["path"].rpartition("/")[2])
        status, body = 200, await asyncio.to_thread(run, ONE, (id,))
    else:
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message["body"]
            if not message["more_body"]:
                break
        status, body = 201, await asyncio.to_thread(run, CREATE, json.loads(body))
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
