"""Waits until the client has left, and then writes something all the same.

Run it from the root:   uvicorn connections.leaving_app:app, then curl -m 1 127.0.0.1:8000

Look in the server's terminal whether the write comes to its end.
"""

import asyncio
import sys


def say(what):
    print(what, file=sys.stderr, flush=True)


async def app(scope, receive, send):
    assert scope["type"] == "http"
    while (message := await receive())["type"] == "http.request":
        say(message)
    say(message)  # http.disconnect
    say("begins to write")
    try:
        await asyncio.sleep(5)  # a write to a database, say
        say("has written")
    except asyncio.CancelledError:
        say("is cancelled")
        raise
