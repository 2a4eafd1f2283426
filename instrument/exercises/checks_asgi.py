"""Exercises 6 to 8, and 11: messages, the event loop, and what stands around an application."""

import re
import select
import socket
from functools import partial
from pathlib import Path
from typing import Any

from instrument.exercises import drive
from instrument.exercises.catalogue import Wrong, exercise
from instrument.exercises.drive import Message
from instrument.exercises.serve import (
    because,
    compiled,
    fetch,
    fetch_together,
    need_alike,
    need_ok,
    result_of,
    together,
    uvicorn,
)

PIECES = (b"one", b"two", b"three")
OTHER_PIECES = (b"four", b"four", b"four", b"five")
PAUSE = 0.3  # seconds, between pieces
DISCONNECT_SECONDS = 3  # seconds, of a client that waits for the next byte


def driven(path: Path, folder: Path, *kinds: str) -> Any:
    """Return what a file's application sends in each conversation, and how it ended."""
    ends = result_of("drive", path, folder, *kinds)
    said = (folder / "script.log").read_text("utf-8", "replace")
    if found := re.search(r"coroutine '(?:.+\.)?(.+)' was never awaited", said):
        raise Wrong(f"{found[1]}() stands without await, and so did nothing.")
    return ends


def joined(sent: list[Message]) -> str:
    return "".join(message.get("body", "") for message in sent)


@exercise(6)
def lifespan(path: Path, folder: Path) -> str:
    sent, end = driven(path, folder, "lifespan")["lifespan"]
    types = [message.get("type") for message in sent]
    for place, event in enumerate(("lifespan.startup", "lifespan.shutdown")):
        need_answer(event, types[place : place + 1], end)
    if types[2:] or end:
        raise Wrong(f"Both were answered, but then {end or types[2]}: return after the shutdown.")

    with uvicorn(path, folder, "--lifespan=on") as run:
        answer = need_ok(fetch(run.port), run)
        need_alike(answer, run)
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


@exercise(7)
def pieces(path: Path, folder: Path) -> str:
    with uvicorn(path, folder) as run:
        sent = [PIECES, OTHER_PIECES]  # by two clients at once, with pauses
        answers = together(*[partial(answer_to_pieces, run.port, each) for each in sent])
        for pieces_sent, got in zip(sent, answers, strict=True):
            if got.startswith(b"HTTP/1.1 500"):
                raise Wrong(f"The pieces were answered with 500.{because(run.log)}")
            saw = judged(pieces_sent, got)
        short = fetch(run.port, "POST", b"short", seconds=DISCONNECT_SECONDS)
        if need_ok(short, run, "A body in one piece").body != b"SHORT":
            raise Wrong(f"A later client sent b'short' in one piece, and got {short.body!r}.")
    ends = driven(path, folder, "pieces", "departure")
    need_all_pieces(*ends["pieces"])
    if "its end" in ends["departure"][1]:
        raise Wrong(
            "A client left in the middle of its body, and the application still asks for pieces: "
            "http.disconnect has no more_body, and none follow."
        )
    return saw


def need_all_pieces(sent: list[Message], end: str) -> None:
    many, got = drive.PIECES, joined(sent)
    expected = b"".join(many).upper().decode("latin-1")
    what = f"{len(many)} pieces, an empty one and equal ones among them, the last without more_body"
    if end:
        raise Wrong(f"The server gave {what}. It failed: {end}.")
    if got != expected:
        raise Wrong(f"The server gave {what}, and of {len(expected)} bytes came back {len(got)}.")


def judged(sent: tuple[bytes, ...], got: bytes) -> str:
    said = ", then ".join(map(repr, sent))
    body = got.partition(b"\r\n\r\n")[2]
    if b"transfer-encoding: chunked" in got.lower():
        body = b"".join(body.split(b"\r\n")[1::2])
    if body == b"".join(sent).upper():
        return f"Two clients sent pieces at once; one sent {said}, and got {body!r}."
    first, *_, last = (each.upper() for each in sent)
    which = {b"": "none of them", first: "the first alone", last: "the last alone"}
    what = which.get(body, "not all of them, in order, and no others")
    raise Wrong(f"The client sent {said}, and got {body!r}: {what}.")


def answer_to_pieces(port: int, pieces_sent: tuple[bytes, ...]) -> bytes:
    got = b""
    length = len(b"".join(pieces_sent))
    with socket.create_connection(("127.0.0.1", port), timeout=DISCONNECT_SECONDS) as client:
        try:
            client.sendall(f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n".encode())
            client.sendall(b"Connection: close\r\n\r\n")
            for piece in pieces_sent:
                client.sendall(piece)
                while select.select([client], [], [], PAUSE)[0] and (part := client.recv(4096)):
                    got += part  # it answers each piece, or has not waited for the others
            return got + b"".join(iter(lambda: client.recv(4096), b""))
        except TimeoutError as error:
            raise Wrong(
                f"No answer within {DISCONNECT_SECONDS} s. Does it wait for a piece that does not "
                "come? Without more_body, there is none."
            ) from error
        except ConnectionError:
            return got


ROOMY = """import asyncio, runpy
from concurrent.futures import ThreadPoolExecutor
threads = ThreadPoolExecutor(40)  # as many as Starlette has, in place of CPUs + 4
own = runpy.run_path({path!r})["app"]
async def app(scope, receive, send):
    asyncio.get_running_loop().set_default_executor(threads)
    await own(scope, receive, send)
"""


@exercise(8)
def unblocked(path: Path, folder: Path) -> str:
    compiled(path)
    roomy = folder / "roomy.py"
    roomy.write_text(ROOMY.format(path=str(path)), "utf-8")
    with uvicorn(roomy, folder, f"--app-dir={path.parent}") as run:
        for clients in (6, 6, 40):  # blocked ones take 3 s, 3 s, and 20 s
            answers = fetch_together(run.port, clients)
            if re.search("NoneType.*await", run.said()):
                raise Wrong(
                    "time.sleep() blocks, and then gives nothing to await: asyncio has its own."
                )
            took = sorted(need_ok(each, run).seconds for each in answers)
            saw = f"{clients} clients asked at once, and were answered after {took[0]:.1f} to {took[-1]:.1f} s"
            if took[0] < 0.45:
                raise Wrong(f"{saw}: it no longer waits for half a second. Is the waiting awaited?")
            if took[-1] > 1.8:
                which = "one after the other" if clients == 6 else "some after the others"
                raise Wrong(f"{saw}: {which}. The loop regains control only at an await.")
    return f"{saw}."


@exercise(11)
def header(path: Path, folder: Path) -> str:
    kinds = ("first", "missing", "again", "websocket", "lifespan")
    found = driven(path, folder, "error", *kinds)
    for kind in kinds:
        sent, end = found[kind]
        if "Kept" in end or (sent and not end and kind == "first" and len(sent) < 3):
            raise Wrong(
                "The application sent a body in two pieces, and the middleware kept the first one "
                "until the last: a stream would never begin. Pass each message on as it comes."
            )
        if end or not sent:
            raise Wrong(f"For scope {kind}, {end or 'nothing was sent: the app was not called'}.")
    for kind, status in (("first", 200), ("missing", 404), ("again", 200)):
        need_header(found[kind][0], status)
    for kind, what in (("websocket", "WebSocket"), ("lifespan", "lifespan")):
        if any("headers" in message for message in found[kind][0]):
            raise Wrong(f"A message of the {what} got headers, too: leave it as it is.")
    if "RuntimeError" not in found["error"][1]:
        raise Wrong(
            "The application raised an error, and the middleware kept it to itself: no server "
            "learns of it. Let it pass."
        )
    return "The answers have all headers; WebSocket, lifespan and an error were left alone."


def need_header(sent: list[Message], status: int) -> None:
    """Raise Wrong where an answer is not the application's, with one header more."""
    start, *bodies = sent
    headers = [tuple(each) for each in start.get("headers", [])]
    own = [(name.decode(), value.decode()) for name, value in drive.HEADERS]
    times = headers.count(("x-served-by", "workshop"))
    what = f"An answer of {status}" if status != 200 else "The answer"
    if times != 1:
        said = "has no header x-served-by" if not times else f"has x-served-by {times} times"
        raise Wrong(f"{what} {said}: each should have it once, in small letters.")
    if start.get("status") != status:
        raise Wrong(
            f"The application answered with {status}, and the client gets {start.get('status')}."
        )
    if not any(each in headers for each in own):
        raise Wrong("The header was added, and the application's own headers are gone.")
    if [each for each in headers if each in own] != own:
        raise Wrong(f"The application sent {own[1:]}: a header may come twice, and one is gone.")
    if any("headers" in message for message in bodies) or joined(bodies) != "Hello":
        raise Wrong("The message with the body was changed: headers belong to http.response.start.")
