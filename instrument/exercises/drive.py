"""Calls an ASGI application as a server would, and prints what it sent: python drive.py FILE WHAT."""

import asyncio
import json
import runpy
import sys

START = {"type": "http.response.start", "status": 200, "headers": [(b"x-own", b"kept")]}
BODY = {"type": "http.response.body", "body": b"Hello"}
ACCEPT = {"type": "websocket.accept"}
COMPLETE = {"type": "lifespan.startup.complete"}
SENT = {"http": [START, BODY], "websocket": [ACCEPT], "lifespan": [COMPLETE]}


class TooEarly(Exception):
    """An answer came before its question."""


def need_message(message):
    """Raise TypeError for what a server does not take."""
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise TypeError(f"{message!r} is no dict with a type")
    headers = message.get("headers", [])
    if not isinstance(headers, list | tuple) or not all(
        isinstance(part, bytes) for header in headers for part in header
    ):
        raise TypeError(f"headers={headers!r} is no list of pairs of bytes")


async def inner(scope, receive, send):
    await receive()
    for message in SENT[scope["type"]]:
        await send(dict(message))


async def drive(app, kind):
    """Return what was sent, and how it ended."""
    first = {"http": "http.request", "websocket": "websocket.connect"}.get(kind, "lifespan.startup")
    given, sent = [first], []
    if kind == "lifespan":
        given.append("lifespan.shutdown")

    async def receive():
        if not given:
            await asyncio.sleep(60)
        return {"type": given.pop(0)}

    async def send(message):
        need_message(message)
        sent.append(message)
        if message["type"].removesuffix(".complete") in given:
            raise TooEarly(f"answered before the server had sent {given[0]}")

    try:
        async with asyncio.timeout(3):
            await app({"type": kind, "path": "/", "headers": []}, receive, send)
    except TooEarly as early:
        return sent, str(early)
    except TimeoutError:
        return sent, "it did not come to its end"
    except Exception as error:  # noqa: BLE001  which is what is shown
        return sent, f"it raised {type(error).__name__} {error}".strip()
    return sent, ""


if __name__ == "__main__":
    found = runpy.run_path(sys.argv[1])
    if not found.keys() & {"app", "ServedBy"}:
        sys.exit("there is no app in it, and no ServedBy")
    app = found["ServedBy"](inner) if "ServedBy" in found else found["app"]
    ends = {kind: asyncio.run(drive(app, kind)) for kind in sys.argv[2:]}
    print("\n" + json.dumps(ends, default=lambda each: each.decode("latin-1")))
