"""Waits for as many seconds as the path says, and does nothing else."""

import asyncio

HEADERS = [(b"content-type", b"text/plain"), (b"content-length", b"3")]


async def app(scope, receive, send):
    assert scope["type"] == "http"
    if seconds := scope["path"][1:]:
        await asyncio.sleep(float(seconds))
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": b"ok\n"})
