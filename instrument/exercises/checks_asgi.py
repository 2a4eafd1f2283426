"""Exercises 6 to 9, 11 and 16: messages, the event loop, and what stands around an application."""

import json
import re
import select
import socket
import sys
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

from instrument.edges import processes
from instrument.edges.clients import connected
from instrument.exercises.book import Wrong, exercise
from instrument.exercises.serve import (
    because,
    compare_prediction,
    compiled,
    fetch,
    fetch_together,
    need_ok,
    output_of,
    together,
    uvicorn,
)

PIECES = (b"one", b"two", b"three")
DISCONNECT_SECONDS = 3  # seconds, of a client that waits for the next byte
DRIVE = Path(__file__).with_name("drive.py")


def driven(path: Path, folder: Path, *kinds: str) -> dict[str, list]:
    """Return what a file's application sends for each kind of scope, and how it ended."""
    compiled(path)
    command = [sys.executable, "-B", str(DRIVE), str(path), *kinds]
    output = output_of(command, folder / "drive.log", path)
    if found := re.search(r"coroutine '(?:.+\.)?(.+)' was never awaited", output):
        raise Wrong(f"{found[1]}() stands without await, and so did nothing.")
    return json.loads(output.splitlines()[-1])


@exercise(
    6,
    "the lifespan that is answered with HTTP",
    "asgi",
    'if scope["type"] == "lifespan": receive, send, receive, send, and return.',
)
def lifespan(path: Path, folder: Path) -> str:
    sent, end = driven(path, folder, "lifespan")["lifespan"]
    types = [message.get("type") for message in sent]
    for place, event in enumerate(("lifespan.startup", "lifespan.shutdown")):
        need_answer(event, types[place : place + 1], end)
    if types[2:] or end:
        raise Wrong(f"Both were answered, but then {end or types[2]}: return after the shutdown.")

    with uvicorn(path, folder, "--lifespan=on") as run:
        answer = need_ok(fetch(run.port), run)
    if answer.body != b"Hello, World!\n":
        raise Wrong(f"Lifespan is right; but now a GET is answered with {answer.body!r}.")
    return "Start and shutdown were answered, and a GET as before."


def need_answer(event: str, answer: list[str], end: str) -> None:
    """Raise Wrong where the next message is not the answer to an event of the lifespan."""
    if answer == [f"{event}.complete"] and "before" not in end:
        return
    if "before" in end:
        raise Wrong(f"The application {end}: receive() gives what the server sends, in turn.")
    if answer and answer[0].startswith("http."):
        raise Wrong(f"The server sent {event} and got {answer[0]}: no client asked by HTTP.")
    if "AssertionError" in end:
        raise Wrong(
            "An assert refused the lifespan. A server puts up with that, but gets no answer to "
            f"{event}: treat the lifespan before the assert."
        )
    if answer:
        raise Wrong(f"The server sent {event} and got {answer[0]}: it wants {event}.complete.")
    ended = f": {end}" if end else ", and the application has returned"
    raise Wrong(f"The server sent {event}, and waits for its answer{ended}.")


@exercise(
    7, "a body that comes in pieces", "asgi", "Gather the pieces in a loop while more_body is true."
)
def pieces(path: Path, folder: Path) -> str:
    with uvicorn(path, folder) as run:
        (got,) = together(lambda: answer_to_pieces(run.port))
        if got.startswith(b"HTTP/1.1 500"):
            raise Wrong(f"The pieces were answered with 500.{because(run.log)}")
        saw = judged(got)
        short = fetch(run.port, "POST", b"short", seconds=DISCONNECT_SECONDS)
        need_ok(short, run, "A body in one piece")
    return saw


def judged(got: bytes) -> str:
    sent = ", then ".join(map(repr, PIECES))
    body = got.partition(b"\r\n\r\n")[2]
    if b"transfer-encoding: chunked" in got.lower():
        body = b"".join(body.split(b"\r\n")[1::2])
    if body == b"".join(PIECES).upper():
        return f"The client sent {sent}, and got {body!r}."
    first, *_, last = (each.upper() for each in PIECES)
    which = {b"": "none of them", first: "the first alone", last: "the last alone"}
    said = which.get(body, "not all of them, in order")
    raise Wrong(f"The client sent {sent}, and got {body!r}: {said}.")


def answer_to_pieces(port: int) -> bytes:
    got = b""
    with socket.create_connection(("127.0.0.1", port), timeout=DISCONNECT_SECONDS) as client:
        try:
            client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n")
            client.sendall(b"Connection: close\r\n\r\n")
            for piece in PIECES:
                client.sendall(piece)
                while select.select([client], [], [], 0.3)[0] and (part := client.recv(4096)):
                    got += part  # it answers each piece, or has not waited for the others
            return got + b"".join(iter(lambda: client.recv(4096), b""))
        except TimeoutError as error:
            raise Wrong(
                f"No answer within {DISCONNECT_SECONDS} s. Does it wait for a piece that does not "
                "come? Without more_body, there is none."
            ) from error
        except ConnectionError:
            return got


@exercise(8, "unblock the loop", "asgi", "asyncio has a sleep of its own, which has to be awaited.")
def unblocked(path: Path, folder: Path) -> str:
    with uvicorn(path, folder) as run:
        answers = fetch_together(run.port, 6)
        if re.search("NoneType.*await", run.said()):
            raise Wrong(
                "time.sleep() blocks, and then gives nothing to await: asyncio has its own."
            )
        took = sorted(need_ok(each, run).seconds for each in answers)
    saw = f"6 clients asked at once, and were answered after {took[0]:.1f} to {took[-1]:.1f} s"
    if took[0] < 0.45:
        raise Wrong(f"{saw}: it no longer waits for half a second. Is the waiting awaited?")
    if took[-1] > 2:  # one after the other takes 3 s, side by side 0.5 s
        raise Wrong(f"{saw}: one after the other. The loop regains control only at an await.")
    return f"{saw}."


@exercise(
    9, "how long do twenty clients wait for threads?", "asgi", "How many groups are twenty clients?"
)
def threads(path: Path, folder: Path) -> str:
    with uvicorn(path, folder, app="asgi.threaded_app:app") as run:
        why = "Each thread holds one request for a second, and the others wait for a thread."
        return compare_prediction(path, folder, run, 20, why)


@exercise(
    11,
    "middleware that adds a header",
    "asgi",
    'Hand a send of your own to self.app: it changes the message "http.response.start" alone.',
)
def header(path: Path, folder: Path) -> str:
    found = driven(path, folder, "http", "websocket", "lifespan")
    for kind, (sent, end) in found.items():
        if end or not sent:
            raise Wrong(f"For scope {kind}, {end or 'nothing was sent: the app was not called'}.")
    start, body = found["http"][0][0], found["http"][0][-1]
    headers = [tuple(each) for each in start.get("headers", [])]
    if ("x-served-by", "workshop") not in headers:
        raise Wrong("The answer has no header x-served-by.")
    if ("x-own", "kept") not in headers:
        raise Wrong("The header was added, and the application's own headers are gone.")
    if "headers" in body or body.get("body") != "Hello":
        raise Wrong("The message with the body was changed: headers belong to http.response.start.")
    for kind, what in (("websocket", "WebSocket"), ("lifespan", "lifespan")):
        if any("headers" in message for message in found[kind][0]):
            raise Wrong(f"A message of the {what} got headers, too: leave it as it is.")
    return "The answer has both headers; WebSocket and lifespan were left alone."


@exercise(
    16,
    "a stream that stops when its client leaves",
    "connections",
    "A task may wait for http.disconnect beside the loop: asyncio.create_task, and done().",
)
def stream(path: Path, folder: Path) -> str:
    with uvicorn(path, folder) as run:
        (ticks,) = together(lambda: ticks_until_left(run.port, 8))
        if ticks < 8:
            raise Wrong(f"The client was still there, and got {ticks} lines; then no more came.")
        if not falls_silent(run):
            raise Wrong("The client left, and the application goes on sending: nobody gets that.")
    return f"The client got {ticks} lines and left, and the sending stopped."


def ticks_until_left(port: int, most: int) -> int:
    """Return how many lines came, up to some, before the client leaves."""
    got = b""
    with (
        connected(port, seconds=DISCONNECT_SECONDS) as client,
        suppress(TimeoutError, ConnectionError),
    ):
        while got.count(b"tick") < most and b"\r\n0\r\n\r\n" not in got:
            piece = client.recv(4096)
            got += piece
            if not piece:
                break
    return got.count(b"tick")


def falls_silent(run, quiet: float = 1.0, within: float = 4.0) -> bool:
    """Return whether the log stops growing: ten lines would come while it is looked at."""
    end = monotonic() + within
    size, since = run.log.stat().st_size, monotonic()
    while monotonic() < end:
        processes.signals.check()
        sleep(0.05)
        if run.log.stat().st_size != size:
            size, since = run.log.stat().st_size, monotonic()
        elif monotonic() - since > quiet:
            return True
    return False
