"""Lets requests into a Shed and out again; writes to the file RESULT what is wrong.

python -m instrument.exercises.drive_shed FILE MOST
"""

import asyncio
import json
import os
import runpy
import sys
from collections.abc import Callable
from contextlib import suppress

from instrument.exercises.drive import App, Message, need_message

LATEST = 1.0  # seconds, for what takes no time


class Refused(Exception):
    """What a teacher would say."""


class Visit:
    """A request: its way into the application, and what was sent to its client."""

    def __init__(self, shed: App, kind: str = "http", is_held: bool = False):
        self.inside, self.may_start, self.may_end = (asyncio.Event() for _ in range(3))
        self.sent: list[Message] = []
        self.fails = False
        if not is_held:
            self.may_start.set()
        scope = {"type": kind, "method": "GET", "path": "/", "headers": [], "visit": self}
        self.task = asyncio.create_task(shed(scope, self.receive, self.send))

    async def receive(self) -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(self, message: Message) -> None:
        need_message(message)
        self.sent.append(message)

    async def settled(self) -> None:
        """Wait until it is in the application, or over."""
        inside = asyncio.create_task(self.inside.wait())
        await asyncio.wait({self.task, inside}, timeout=LATEST, return_when="FIRST_COMPLETED")
        inside.cancel()
        if self.task.done() and (error := self.task.exception()):
            raise error


async def application(scope: Message, receive: App, send: App) -> None:
    visit: Visit = scope["visit"]
    visit.inside.set()
    await visit.may_start.wait()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"half", "more_body": True})
    await visit.may_end.wait()
    if visit.fails:
        raise ZeroDivisionError("of the application")
    await send({"type": "http.response.body", "body": b""})


async def let_in(shed: App, why: str) -> Visit:
    visit = Visit(shed)
    await visit.settled()
    if not visit.inside.is_set():
        raise Refused(why)
    return visit


async def let_in_at_once(shed: App, most: int) -> list[Visit]:
    """Return those that are in the application, where two more asked at the same moment."""
    visits = [Visit(shed, is_held=True) for _ in range(most + 2)]
    await asyncio.gather(*[visit.settled() for visit in visits])
    inside = [visit for visit in visits if visit.inside.is_set()]
    if len(inside) > most:
        raise Refused(
            f"{len(visits)} asked at the same moment, {most} may be in the application, and "
            f"{len(inside)} were let in. Is each counted before the next one comes?"
        )
    for visit in inside:
        visit.may_start.set()
    return inside


async def shed_one(shed: App, most: int) -> None:
    """Raise Refused where a request that is one too many is not answered as it should be."""
    visit = Visit(shed)
    await visit.settled()
    if visit.inside.is_set():
        raise Refused(
            f"{most} may be in the application at a time, and one more was let in while their "
            "answers were under way."
        )
    if not visit.task.done():
        raise Refused(f"{most} were in the application, and one more waited: answer it at once.")
    start = visit.sent[0] if visit.sent else {}
    headers = {bytes(name).lower(): bytes(value) for name, value in start.get("headers", [])}
    if start.get("status") != 503:
        raise Refused(f"One too many was answered with {start.get('status')}: it should be 503.")
    if not headers.get(b"retry-after", b"").isdigit():
        raise Refused("The 503 has no Retry-After with a number of seconds.")
    if len(visit.sent) < 2 or visit.sent[-1].get("more_body"):
        raise Refused("The 503 has no end: its client waits for the body.")


async def visit_all(new_shed: Callable[[App, int], App], most: int) -> None:
    shed, other = new_shed(application, most), new_shed(application, most)
    full = f"Fewer than {most} were in the application, and one more was refused"
    visits = await let_in_at_once(shed, most)
    if len(visits) < most:
        raise Refused(f"{full}. What do you count?")
    await shed_one(shed, most)
    await let_in(other, f"{full}: another Shed was full, and they count together.")
    for kind in ("websocket", "lifespan"):
        visit = Visit(shed, kind)
        await visit.settled()
        if not visit.inside.is_set():
            raise Refused(f"The application was full, and a {kind} was refused: let it through.")
    await shed_one(shed, most)
    for how in ("with an answer", "with an error", "because its client had left"):
        last = visits.pop(0)
        if how == "because its client had left":
            last.task.cancel()
            await asyncio.wait({last.task}, timeout=LATEST)
        else:
            last.fails = how == "with an error"
            last.may_end.set()
            with suppress(ZeroDivisionError):
                await last.task
        if how == "with an answer" and [each.get("status", 200) for each in last.sent] != [200] * 3:
            raise Refused("A request that was let in did not get the application's own answer.")
        is_swallowed = last.task.done() and not last.task.cancelled() and not last.task.exception()
        if how != "with an answer" and is_swallowed:
            raise Refused(f"A request ended {how}, and the server saw nothing of it: raise it on.")
        visits.append(await let_in(shed, f"A request ended {how}, and its place is still taken."))
        await shed_one(shed, most)


if __name__ == "__main__":
    found = runpy.run_path(sys.argv[1]).get("Shed")
    if not callable(found):
        sys.exit("there is no class Shed in it")
    try:
        asyncio.run(visit_all(found, int(sys.argv[2])))
        told = ""
    except Refused as refused:
        told = str(refused)
    with open(os.environ["RESULT"], "w", encoding="utf-8") as result:
        json.dump(told, result)
