"""Exercises 24, 26 and 27: what a server does with more requests than it can hold."""

import random
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from socket import socket
from time import monotonic

from instrument.edges import processes
from instrument.edges.clients import FAILURES, connected, connection_to, exchange
from instrument.exercises.catalogue import Wrong, exercise
from instrument.exercises.fake_database import Database
from instrument.exercises.serve import Served, because, in_thread, result_of, uvicorn


@exercise(24)
def shed(path: Path, folder: Path) -> str:
    most = random.randint(2, 4)
    if told := result_of("drive_shed", path, folder, str(most)):
        raise Wrong(told)
    return (
        f"{most} were let in, and one more got 503 at once. The places came back after an answer, "
        "an error, and a client that left."
    )


CROWD = 200  # requests at the same moment, for 40 threads
AT_ONCE = 0.2  # seconds
LONG = 0.5  # seconds
LOOKS = 3  # a busy machine may be late, and not each time
CLOSE = b"\r\nConnection: close\r\n\r\n"


@contextmanager
def crowd(run: Served, path: str) -> Iterator[list[socket]]:
    """Send many requests at once, and hand over their connections, on which the answers come."""
    with ExitStack() as stack:
        yield [stack.enter_context(connected(run.port, path, CLOSE, 10)) for _ in range(CROWD)]


def quick(run: Served, path: str, status: int, when: str) -> None:
    """Raise Wrong where a path is not answered at once, with this status."""
    for _ in range(LOOKS):
        try:
            with connection_to(run.port, LONG) as connection:
                answer = exchange(connection, path)
        except TimeoutError:
            continue
        except FAILURES as error:
            raise Wrong(f"{when}, {path} got no answer.{because(run.log)}") from error
        if answer.status != status:
            why = because(run.log) if answer.status == 500 else ""
            raise Wrong(f"{when}, {path} was answered with {answer.status}, not {status}.{why}")
        if answer.seconds < AT_ONCE:
            return
    raise Wrong(f"{when}, {path} got no answer within {AT_ONCE} s. What does it wait for?")


@exercise(26)
def health(path: Path, folder: Path) -> str:
    port = processes.free_port()
    states = ["there", *random.sample(2 * ["there", "gone", "silent"], 6), "there"]
    with uvicorn(path, folder, DATABASE=str(port)) as run, crowd(run, "/report"):
        for state in states:
            is_there = state == "there"
            when = f"Beside {CROWD} requests, while the database was {state}"
            gone = nullcontext()
            with gone if state == "gone" else in_thread(Database(port, answers=is_there)):
                quick(run, "/health", 200 if is_there else 503, when)
    return f"Beside {CROWD} requests, /health was red while the database was gone or silent."


DELIVERED = 6  # seconds
ROW_SECONDS, CONNECTIONS = 0.15, 15  # 200 clients take 2 s, longer than all looks


@exercise(27)
def pool(path: Path, folder: Path) -> str:
    port = processes.free_port()
    with (
        in_thread(Database(port, ROW_SECONDS, CONNECTIONS)) as database,
        uvicorn(path, folder, DATABASE=str(port)) as run,
        crowd(run, "/") as connections,
    ):
        try:
            quick(run, "/ping", 200, f"Beside {CROWD} requests")
            late = None
        except Wrong as wrong:  # what became of the rows is said first
            late = wrong
        deadline = monotonic() + DELIVERED
        answers = [answer_on(each, deadline) for each in connections]
    got = Counter(answers)
    if refused := got.get(b"too many connections\n"):
        raise Wrong(f"The database refused {refused} connections: it takes {CONNECTIONS}.")
    if len(got) < CROWD or not all(re.fullmatch(rb"row \d+\n", each) for each in got):
        (common, count), *_ = got.most_common(1)
        gave_up = " They gave up waiting for a connection." if "queue.Empty" in run.said() else ""
        raise Wrong(
            f"{CROWD} clients should get a row each, and {count} got {common[:40]!r}."
            f"{gave_up or because(run.log)}"
        )
    if database.rows < CROWD:
        raise Wrong(f"{CROWD} clients got a row, and the database was asked for {database.rows}.")
    if late:
        raise late
    return f"{CROWD} clients got {database.rows} rows through {CONNECTIONS} connections, and /ping was quick."


def answer_on(connection: socket, deadline: float) -> bytes:
    """Return the body, or the status where it is not 200."""
    connection.settimeout(max(deadline - monotonic(), 0.01))
    try:
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    except TimeoutError as error:
        raise Wrong(
            f"After {DELIVERED} s some clients have no answer: do {CONNECTIONS} connections work at a "
            "time? Does each come back to the pool?"
        ) from error
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *_ = head.split(b"\r\n")
    return body if b" 200 " in status else status
