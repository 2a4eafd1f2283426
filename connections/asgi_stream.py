"""Sends ten events, half a second apart, on one response.

Run it from the root:   uvicorn connections.asgi_stream:app, then curl -N 127.0.0.1:8000

Stop curl, and count in the server's terminal how many events it still sends.
"""

import asyncio
import sys

START = {"type": "http.response.start", "status": 200}


async def app(scope, receive, send):
    assert scope["type"] == "http"
    await send({**START, "headers": [(b"content-type", b"text/event-stream")]})
    for number in range(10):
        print(f"sends {number}", file=sys.stderr, flush=True)
        body = f"data: {number}\n\n".encode()
        await send({"type": "http.response.body", "body": body, "more_body": True})
        await asyncio.sleep(0.5)
    await send({"type": "http.response.body"})
