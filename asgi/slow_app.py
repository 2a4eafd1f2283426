"""The application of app.py, which first waits for a second.

Run it from the root:   uvicorn asgi.slow_app:app
Run it from this folder:   uvicorn slow_app:app

Look at what the server can do during that second.
"""

import asyncio

START = {"type": "http.response.start", "status": 200}
BODY = b"Hello, World!\n"


async def app(scope, receive, send):
    assert scope["type"] == "http"
    headers = [
        (b"content-type", b"text/plain"),
        (b"content-length", str(len(BODY)).encode()),
    ]
    await asyncio.sleep(1)
    await send({**START, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})
