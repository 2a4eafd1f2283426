"""Calls an ASGI application as a server would; writes to the file RESULT what it sent.

python -m instrument.exercises.drive FILE KIND ...
"""

import asyncio
import json
import os
import runpy
import sys
from collections.abc import Callable, Coroutine
from typing import Any

Message = dict[str, Any]
App = Callable[..., Coroutine[Any, Any, object]]  # a reader's, which may send anything
HEADERS = [(b"x-own", b"kept"), (b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")]
ACCEPT = {"type": "websocket.accept"}
COMPLETE = {"type": "lifespan.startup.complete"}
WAIT = 1  # seconds, for what should come at once
PIECES = (
    b"ha",
    b"ha",
    b"",
    b"\x80\xd7 no text",
    *[b"x"] * 5,
    b"end",
)  # an empty one, and equal ones


class TooEarly(Exception):
    """An answer came before its question."""


class Kept(Exception):
    """A piece was not passed on before the next one came."""


def request(body: bytes, **more: bool) -> Message:
    return {"type": "http.request", "body": body, **more}


GIVEN = {  # what a server has to say in each conversation
    "lifespan": [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}],
    "websocket": [{"type": "websocket.connect"}],
    "pieces": [*[request(each, more_body=True) for each in PIECES[:-1]], request(PIECES[-1])],
    "departure": [request(b"begun", more_body=True), *[{"type": "http.disconnect"}] * 1000],
}
SCOPES: dict[str, Message] = {
    "lifespan": {"type": "lifespan"},
    "websocket": {"type": "websocket", "scheme": "ws", "subprotocols": []},
}


def scope_of(kind: str) -> Message:
    """Return a whole scope: the path of a request names the conversation."""
    scope = SCOPES.get(kind, {"type": "http", "method": "POST", "scheme": "http"})
    scope = {**scope, "asgi": {"version": "3.0"}}
    if kind == "lifespan":
        return scope
    scope |= {"http_version": "1.1", "root_path": "", "query_string": b"", "state": {}}
    scope |= {"path": f"/{kind}", "raw_path": f"/{kind}".encode(), "headers": [(b"host", b"shop")]}
    return scope | {"client": ("127.0.0.1", 40000), "server": ("127.0.0.1", 8000)}


def need_message(message: Any) -> None:
    """Raise TypeError for what a server does not take."""
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise TypeError(f"{message!r} is no dict with a type")
    headers = message.get("headers", [])
    if not isinstance(headers, list | tuple) or not all(
        isinstance(part, bytes) for header in headers for part in header
    ):
        raise TypeError(f"headers={headers!r} is no list of pairs of bytes")


def inner_app(sent: list[Message]) -> App:
    """Return an application for middleware to call, which looks at what has been sent."""

    async def inner(scope: Message, receive: App, send: App) -> object:
        await receive()
        if scope["type"] != "http":
            return await send(dict(ACCEPT if scope["type"] == "websocket" else COMPLETE))
        if scope["path"] == "/error":
            raise RuntimeError("of the application")
        status = 404 if scope["path"] == "/missing" else 200
        start = {"type": "http.response.start", "status": status, "headers": list(HEADERS)}
        await send(start)
        await send({"type": "http.response.body", "body": b"Hel", "more_body": True})
        try:
            async with asyncio.timeout(WAIT):
                while not any(message.get("body") for message in sent):
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise Kept from None
        return await send({"type": "http.response.body", "body": b"lo"})

    return inner


async def drive(app: App, kind: str, sent: list[Message]) -> tuple[list[Message], str]:
    """Return what was sent, and how it ended."""
    given = list(GIVEN.get(kind, [request(b"")]))
    sent.clear()

    async def receive() -> Message:
        await asyncio.sleep(0 if given else 60)
        return given.pop(0)

    async def send(message: Message) -> None:
        need_message(message)
        sent.append(message)
        if {"type": message["type"].removesuffix(".complete")} in given:
            raise TooEarly(f"answered before the server had sent {given[0]['type']}")

    try:
        async with asyncio.timeout(3 * WAIT):
            await app(scope_of(kind), receive, send)
    except TooEarly as early:
        return list(sent), str(early)
    except TimeoutError:
        return list(sent), "it did not come to its end"
    except Exception as error:  # noqa: BLE001  which is what is shown
        return list(sent), f"it raised {type(error).__name__} {error}".strip()
    return list(sent), ""


def main() -> None:
    found = runpy.run_path(sys.argv[1])
    if not found.keys() & {"app", "ServedBy"}:
        sys.exit("there is no app in it, and no ServedBy")
    sent: list[Message] = []
    app = found["ServedBy"](inner_app(sent)) if "ServedBy" in found else found["app"]
    ends = {kind: asyncio.run(drive(app, kind, sent)) for kind in sys.argv[2:]}
    with open(os.environ["RESULT"], "w", encoding="utf-8") as result:
        json.dump(ends, result, default=lambda each: bytes(each).decode("latin-1"))


if __name__ == "__main__":
    main()
