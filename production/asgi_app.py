"""Waits for as many seconds as the path says, then answers with the worker's process id.

Run it from the root:   uvicorn --workers 4 production.asgi_app:app, then curl 127.0.0.1:8000/3

Compare /block/3: there the app blocks the event loop, which an `async def` must not do.
"""

import asyncio
import os
import sys
import time

VERSION = "old"


async def app(scope, receive, send):
    assert scope["type"] == "http"
    sys.stderr.write(f"{os.getpid()} begins\n")  # one write, so that no other comes in between
    while (await receive()).get("more_body"):
        pass
    *block, seconds = scope["path"][1:].split("/")
    if block:
        time.sleep(float(seconds))
    else:
        await asyncio.sleep(float(seconds or 0))
    sys.stderr.write(f"{os.getpid()} ends\n")
    body = f"{os.getpid()} {VERSION}\n".encode()
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
