"""The remedy for blocking_app.py: a thread runs what blocks, and the loop awaits it.

Run it from the root:   uvicorn asgi.threaded_app:app
Run it from this folder:   uvicorn threaded_app:app

The pool has min(32, CPUs + 4) threads: when all are busy, the next request waits for one.
"""

import asyncio
import time

START = {"type": "http.response.start", "status": 200}
BODY = b"Hello, World!\n"


async def app(scope, receive, send):
    assert scope["type"] == "http"
    headers = [
        (b"content-type", b"text/plain"),
        (b"content-length", str(len(BODY)).encode()),
    ]
    await asyncio.to_thread(time.sleep, 1)
    await send({**START, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})
