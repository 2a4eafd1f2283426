"""Exercises 12 to 14: what several processes share, and what a deploy does."""

import os
import re
import signal
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from instrument.edges import processes
from instrument.edges.clients import Response
from instrument.edges.errors import InstrumentError
from instrument.exercises.catalogue import Wrong, exercise
from instrument.exercises.serve import (
    HOOKS,
    Served,
    configured,
    evaluated,
    fetch,
    fetch_together,
    gunicorn,
    need_ok,
    together,
)

ASKED = 24
LONGEST_NUMBER = 18  # digits
SLOW_UNLOCK = """
import fcntl, time
def slow(lock):
    def called(file, what, *others):
        done = lock(file, what, *others)
        if what & fcntl.LOCK_UN:
            time.sleep(0.02)  # what is written after the lock is seen to be late
        return done
    return called
fcntl.flock, fcntl.lockf = slow(fcntl.flock), slow(fcntl.lockf)
"""


@exercise(12)
def counter(path: Path, folder: Path) -> str:
    config = folder / "unlock.conf.py"
    config.write_text(HOOKS.read_text("utf-8") + SLOW_UNLOCK, "utf-8")
    counter = str(folder / "counter")
    with gunicorn(path, folder, workers=4, config=config, COUNTER=counter) as run:
        answers = [*fetch_together(run.port, ASKED), fetch(run.port)]
        if "invalid literal for int() with base 10: ''" in run.said():
            raise Wrong("A worker read the file when another had just emptied it. Lock, then read.")
        for each in answers:
            if not re.fullmatch(rb"\d+", need_ok(each, run).body):
                raise Wrong(f"A client got {each.body!r}: answer with the number alone.")
            if len(each.body) > LONGEST_NUMBER:
                raise Wrong(
                    f"A client got {each.body[:18].decode()}…: several workers wrote into the file "
                    "before one read it. Lock, then read."
                )
    numbers = sorted(int(each.body) for each in answers)
    if numbers == list(range(1, ASKED + 2)):
        return f"{ASKED + 1} requests got the numbers 1 to {ASKED + 1}, and none twice."
    saw = f"{len(numbers)} requests got {len(set(numbers))} different numbers, up to {numbers[-1]}"
    if (folder / "counter").exists():
        raise Wrong(
            f"{saw}: a worker read before another one's number was in the file. Lock, then read; "
            "unlock after flush() or close()."
        )
    raise Wrong(f"{saw}: each worker counts for itself, in a variable of its own.")


@exercise(13)
def lost_update(path: Path, folder: Path) -> str:
    with gunicorn(path, folder) as run:

        def put(body: bytes, tag: str | None) -> Response:
            return fetch(run.port, "PUT", body, headers={"If-Match": tag} if tag else {})

        def stored(name: str, body: bytes, tag: str) -> str:
            """Let a client write with the ETag of now; return the ETag of what it wrote."""
            answer = put(body, tag)
            if not 200 <= answer.status < 300:
                raise Wrong(f"{name} sent the ETag that it had just got, and got {answer.status}.")
            note, now = note_of(run)
            if note != body:
                raise Wrong(
                    f"{name} wrote {body!r}, got {answer.status}, and the note is {note!r}."
                )
            if answer.headers["ETag"] not in (None, now):
                raise Wrong(
                    f"{name} got the ETag {answer.headers['ETag']}, and a GET now gives {now}."
                )
            return now

        def need_refused(name: str, tag: str | None, why: str, status: int) -> None:
            before, _ = note_of(run)
            given = put(name.encode(), tag).status
            after, _ = note_of(run)
            if after != before:
                raise Wrong(f"{name} sent {why}, got {given}, and overwrote {before!r}.")
            if given != status:
                raise Wrong(f"{name} sent {why}, and got {given}, not {status}.")

        _, first = note_of(run)
        second = stored("Ann", b"Ann's note,\nwhich is longer\n", first)
        need_refused("Bob", first, "the ETag from before Ann's change", 412)
        third = stored("Bob", b"", second)
        fourth = stored("Ann", b"Ann, again", third)
        for tag, why in (
            (first, "the first ETag of all"),
            (third, "the ETag of an empty note"),
            (fourth[:-1], "the ETag without its end"),
            (f'{fourth[:-1]}0"', "an ETag that only begins as the note's does"),
            ('"never-seen"', "an ETag that the note never had"),
        ):
            need_refused("Dora", tag, why, 412)
        need_refused("Carl", None, "no If-Match", 428)
    return "Notes were stored with the ETag of now; every other one got 412, and none at all 428."


def note_of(run: Served) -> tuple[bytes, str]:
    """Return the note and its ETag, as a client gets them without a condition."""
    answer = need_ok(fetch(run.port), run)
    if not answer.headers["ETag"]:
        raise Wrong("A GET was answered without an ETag: a client has nothing to send back.")
    return answer.body, answer.headers["ETag"]


LONG = 4
SENT = {"after HUP": signal.SIGHUP, "after TERM": signal.SIGTERM, "without a signal": 0}


@exercise(14)
def deploy(path: Path, folder: Path) -> str:
    names = ("timeout", "graceful_timeout")
    for name, value in zip(names, evaluated(path, folder, *names), strict=True):
        if value is None:
            raise Wrong(f"There is no {name} in it: gunicorn ignores a name that it does not know.")
    with ExitStack() as stack:
        runs = [stack.enter_context(configured(path, folder, WAITS=str(LONG))) for _ in SENT]
        lost = together(
            *[partial(is_lost, *each) for each in zip(runs, SENT.values(), strict=True)]
        )
    when = [name for name, gone in zip(SENT, lost, strict=True) if gone]
    if when:
        short = "timeout" if "without a signal" in when else "graceful_timeout"
        raise Wrong(
            f"A request of {LONG} s was in flight, and lost {' and '.join(when)}: {short} is too "
            "short for it."
        )
    *some, last = SENT
    return f"A request of {LONG} s was answered {', '.join(some)}, and {last}."


def is_lost(run: Served, number: int) -> bool:
    """Send a request, and a signal to the master while it is worked on."""

    def signalled() -> None:
        processes.wait_until(lambda: "asked" in run.said(), run.process, run.log)
        os.kill(run.process.pid, number)

    try:
        answer, _ = together(partial(fetch, run.port), signalled)
    except (Wrong, InstrumentError):
        return True
    return not answer or answer.status != 200
