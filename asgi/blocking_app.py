"""The mistake: the application of slow_app.py, which blocks while it waits.

Run it from the root:   uvicorn asgi.blocking_app:app
Run it from this folder:   uvicorn blocking_app:app

Look at time.sleep: the event loop regains control only at an await.
"""

import time

START = {"type": "http.response.start", "status": 200}
BODY = b"Hello, World!\n"


async def app(scope, receive, send):
    assert scope["type"] == "http"
    headers = [
        (b"content-type", b"text/plain"),
        (b"content-length", str(len(BODY)).encode()),
    ]
    time.sleep(1)
    await send({**START, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})
