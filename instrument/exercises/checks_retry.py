"""Exercise 25: a worker is killed between the commit and the answer, and its client asks again."""

import os
import signal
import sqlite3
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import psutil

from instrument.edges import processes
from instrument.edges.clients import Response
from instrument.edges.errors import InstrumentError
from instrument.exercises.catalogue import Wrong, exercise
from instrument.exercises.serve import NoAnswer, Served, fetch, gunicorn, need_ok, together

WORKERS = 2
TEXT = b"eggs"
LOOKS = 4  # at workers that have opened the database: each has read by then, and waits to write
ATTEMPTS = 3  # a busy machine may see a note when its answer has gone


@exercise(25)
def retry(path: Path, folder: Path) -> str:
    notes = folder / "notes.db"
    with gunicorn(path, folder, workers=WORKERS, NOTES=str(notes)) as run:
        key, before = killed_after_commit(run, notes)
        need_one(notes, before, fetch_note(run, key), "The worker was killed after the commit")
        other = fetch_note(run, "another").body
        if len(numbers(notes)) != before + 2:
            raise Wrong(
                "A note with the same text and another key was not created: it is a new one."
            )
        if other not in numbers(notes) or other == numbers(notes)[before]:
            raise Wrong(f"A note with another key was answered with {other!r:.20}, not its number.")
        for answer in ask_at_once(run, notes):
            need_one(notes, before + 2, answer, "Two workers got the same key at once")
        need_one(
            notes, before + 3, store_failed(run, notes), "A worker was killed before the commit"
        )
    return "A retry after a killed worker and two requests at once: one note for each key."


def killed_after_commit(run: Served, notes: Path) -> tuple[str, int]:
    """Send a note, kill the workers when it is stored; return its key, and how many stood before."""
    for attempt in range(ATTEMPTS):
        before = len(numbers(notes))
        key = f"first-{attempt}"
        kill = partial(kill_when_stored, run, notes, before)
        if not together(partial(is_answered, run, key), kill)[0]:
            return key, before
    if len(numbers(notes)) == before:
        raise Wrong("A note was answered, and the table notes does not have it.")
    raise Wrong(
        "The answers came as soon as the notes were committed: leave time.sleep between the two, "
        "since there the worker is killed."
    )


def is_answered(run: Served, key: str) -> bool:
    with suppress(NoAnswer):
        fetch_note(run, key)
        return True
    return False


def kill_when_stored(run: Served, notes: Path, before: int) -> None:
    with suppress(InstrumentError):  # there will be none
        processes.wait_until(lambda: len(numbers(notes)) > before, run.process, run.log, 2)
        kill_workers(run)


def kill_workers(run: Served) -> None:
    for worker in processes.children(psutil.Process(run.process.pid)):
        with suppress(ProcessLookupError):
            os.kill(worker.pid, signal.SIGKILL)


def fetch_note(run: Served, key: str) -> Response:
    answer = fetch(run.port, "POST", TEXT, headers={"Idempotency-Key": key})
    return need_ok(answer, run, f"A note with the key {key!r}")


def ask_at_once(run: Served, notes: Path) -> list[Response]:
    """Send two notes with one key; the database takes no write until both workers are at it."""

    def both_are_at_it() -> bool:
        workers = processes.children(psutil.Process(run.process.pid))
        opened = [{each.path for each in worker.open_files()} for worker in workers]
        seen.append(sum(str(notes) in paths for paths in opened) == WORKERS)
        return sum(seen) == LOOKS

    seen: list[bool] = []
    with closing(sqlite3.connect(notes, isolation_level=None, check_same_thread=False)) as database:
        database.execute("BEGIN IMMEDIATE")

        def release() -> None:
            with suppress(InstrumentError):  # it opens none
                processes.wait_until(both_are_at_it, seconds=2)
            database.execute("COMMIT")

        given = together(*[partial(fetch_note, run, "at once")] * WORKERS, release)
    return [answer for answer in given if answer]


def store_failed(run: Served, notes: Path) -> Response:
    """Let the database refuse a note, kill the workers, and send the note again."""
    with closing(sqlite3.connect(notes, isolation_level=None)) as database:
        database.execute(
            "CREATE TRIGGER refused BEFORE INSERT ON notes "
            "BEGIN SELECT RAISE(ABORT, 'refused by the check'); END"
        )
        with suppress(NoAnswer):
            fetch(run.port, "POST", TEXT, headers={"Idempotency-Key": "refused"})
        kill_workers(run)  # one of them may have kept the database locked
        database.execute("DROP TRIGGER refused")
    return fetch_note(run, "refused")


def need_one(notes: Path, before: int, answer: Response, when: str) -> None:
    """Raise Wrong where there is not one note more, or where its number was not answered."""
    found = numbers(notes)
    if len(found) <= before:
        raise Wrong(f"{when}, and a retry with its key created none. Is the key stored without it?")
    if len(found) != before + 1:
        raise Wrong(
            f"{when}, and then there were {len(found) - before} notes with that key. What does a "
            "worker know of what another one has stored?"
        )
    if answer.body != found[before]:
        raise Wrong(
            f"{when}: the answer is {answer.body!r:.20}, and the note has {found[before]!r}."
        )


def numbers(notes: Path) -> list[bytes]:
    """Return the numbers of all notes, as they are answered."""
    with suppress(sqlite3.OperationalError):  # there is no file yet, or no table
        with closing(sqlite3.connect(f"file:{notes}?mode=ro", uri=True)) as database:
            found = database.execute("SELECT rowid FROM notes ORDER BY rowid").fetchall()
        return [str(number).encode() for (number,) in found]
    return []
