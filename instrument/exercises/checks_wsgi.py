"""Exercises 1 to 5: what an application owes to a WSGI server, and how many wait."""

import re
import sys
from functools import partial
from math import inf
from pathlib import Path
from time import monotonic, sleep

from instrument.edges import processes
from instrument.edges.clients import listens
from instrument.edges.errors import InstrumentError
from instrument.exercises.book import Wrong, exercise
from instrument.exercises.serve import (
    Response,
    Served,
    because,
    compare_prediction,
    compiled,
    configured,
    evaluated,
    fetch,
    gunicorn,
    need_ok,
    served,
    together,
)

TEXT = "Grüße!\n"
OTHER = "Schöne Grüße!"


@exercise(1, "a body of str", "wsgi", "str has a method that gives its bytes in an encoding.")
def bytes_in_a_list(path: Path, folder: Path) -> str:
    with gunicorn(path, folder) as run:
        answer = need_ok(answered(run), run)
    return need_text(answer.body)


def answered(run: Served) -> Response:
    """Return the answer, where the server found bytes to send."""
    try:
        answer, failed = fetch(run.port), None
    except Wrong as wrong:
        answer, failed = None, wrong
    if found := re.search(r"TypeError: (.+) is not a byte", run.said()):
        raise Wrong(no_bytes(found[1]))
    if "TypeError: 'NoneType' object is not iterable" in run.said():
        raise Wrong("The application returned None: return a list with the body, in bytes.")
    if failed:
        raise failed
    return answer


def no_bytes(found: str) -> str:
    """Return what to say of an item in place of which the server wants bytes."""
    if found == repr(TEXT):
        return "The application returned str: WSGI wants bytes. Who knows the encoding?"
    if found.isdigit() or len(found) == len("'x'"):
        return (
            "The server went through what the application returned, and found single characters "
            "or numbers: return a list of bytes, [...]."
        )
    return f"The application returned a list with {found}: WSGI wants bytes in it."


def need_text(body: bytes) -> str:
    if body == TEXT.encode("latin-1", "replace"):
        raise Wrong(f"The client got {body!r}, which is Latin-1: the header says UTF-8.")
    if body != TEXT.encode():
        raise Wrong(f"The client got {body!r}, and expected {TEXT.encode()!r}.")
    return f"The client got {body!r}, which is {TEXT.strip()} in UTF-8."


@exercise(2, "a wrong Content-Length", "wsgi", "Count bytes, not characters: ü is two bytes.")
def length_in_bytes(path: Path, folder: Path) -> str:
    with gunicorn(path, folder) as run:
        answer = answered(run)
        if found := re.search(r"TypeError: (.+) is not a string", run.said()):
            raise Wrong(f"A header holds {found[1]}: its name and its value are both str.")
        need_ok(answer, run)
    length = answer.headers["Content-Length"]
    if length is None:
        raise Wrong("There is no Content-Length any more: keep it, and make it right.")
    if len(answer.body) < len(TEXT.encode()):
        raise Wrong(
            f"{length} bytes were promised, and the server cut the body off there: "
            f"{answer.body!r}. It has {len(TEXT.encode())} bytes and {len(TEXT)} characters."
        )
    need_text(answer.body)
    other = folder / f"other_{path.name}"
    other.write_text(path.read_text("utf-8").replace(TEXT.strip(), OTHER), "utf-8")
    try:
        with gunicorn(other, folder) as run:
            longer = need_ok(fetch(run.port), run).body.decode(errors="replace")
    except Wrong as wrong:
        raise Wrong(f"With {OTHER!r} as TEXT, it is wrong again. {wrong}") from wrong
    if longer != TEXT.replace(TEXT.strip(), OTHER):
        raise Wrong(
            f"With {OTHER!r} as TEXT, the client got {longer!r}: {length} is right for one text "
            "alone. Count."
        )
    return f"The client was promised {length} bytes and got as many; so with another text."


@exercise(
    3, "how long does the last one wait?", "wsgi", "How many are answered in each second? Divide."
)
def last_in_line(path: Path, folder: Path) -> str:
    with gunicorn(path, folder, workers=3, app="wsgi.slow_app:app") as run:
        why = "Each worker holds one request for a second, and the others wait in the backlog."
        return compare_prediction(path, folder, run, 12, why)


@exercise(
    4,
    "read a body",
    "wsgi",
    'environ.get("CONTENT_LENGTH") may be None or "". Read so many bytes, as an int, no more.',
)
def body_of_a_request(path: Path, folder: Path) -> str:
    compiled(path)
    port = processes.free_port()
    command = [sys.executable, "-m", "wsgi.wsgiref_server", str(port), f"{path.stem}:app"]
    log = folder / "log"
    with served(command, "", 0, path, log, port) as run:
        try:
            processes.wait_until(lambda: listens(port), run.process, log)
        except InstrumentError as error:
            raise Wrong(f"The server does not start.{because(log)}") from error
        with_body = asked(run, "POST", b"hello")
        if with_body.body != b"HELLO":
            raise Wrong(f"A client sent b'hello', expected b'HELLO' and got {with_body.body!r}.")
        without = asked(run, "GET", None)
        if without.body:
            raise Wrong(f"A GET without a body was answered with {without.body!r}.")
    return "b'hello' became b'HELLO', and a request without a body got an empty answer."


def asked(run, method: str, body: bytes | None):
    try:
        answer = fetch(run.port, method, body, seconds=3)
    except Wrong as error:
        if "waited" in str(error):
            raise Wrong(
                f"A {method} was not answered within 3 s. Who reads more than there is waits until the "
                "client closes, and the client waits for its answer. Read CONTENT_LENGTH bytes."
            ) from error
        answer = None
    said = run.said()
    if answer is None or answer.status >= 500:
        if "KeyError: 'CONTENT_LENGTH'" in said or "ValueError: invalid literal" in said:
            raise Wrong(
                f"A {method} without a body failed: it has no Content-Length, and the server "
                "gives none, or an empty text. How many bytes are there to read then?"
            )
        if "argument should be integer" in said:
            raise Wrong("read() wants a number, and CONTENT_LENGTH is str: int() makes one of it.")
        if "non-bytestring" in said:
            raise Wrong("The application returned str: WSGI wants bytes, which read() gives.")
        if re.search(r'validate\.py", line \d+, in read$', said, re.MULTILINE):
            raise Wrong(
                "read() without a length: WSGI does not say where the body ends. On many servers "
                "it waits until the client closes. Read CONTENT_LENGTH bytes."
            )
        raise Wrong(f"A {method} failed.{because(run.log)}")
    return need_ok(answer, run, method)


RATE, SECONDS, WAITS = 30, 2, 0.5
WAITING_APP = f"""import time
def app(environ, start_response):
    time.sleep({WAITS})
    start_response("200 OK", [("Content-Length", "0")])
    return []
"""


@exercise(
    5,
    "workers and threads for 30 requests/s",
    "wsgi",
    "30 come in a second, each takes half of it: how many are in flight? One process has threads.",
)
def enough_slots(path: Path, folder: Path) -> str:
    workers, threads, kind = evaluated(path, folder, "workers", "threads", "worker_class")
    for name, value in (("workers", workers), ("threads", threads)):
        if not isinstance(value, int | None) or value == 0:
            raise Wrong(f"{name} is {value!r}: write a whole number, from 1 on.")
    if workers and workers > 1:
        raise Wrong(f"You have {workers} processes. Threads wait as well: fewer will do.")
    (folder / "waiting.py").write_text(WAITING_APP, "utf-8")
    with configured(path, folder, "waiting:app") as run:
        seconds = arrivals(run)
    kept = sum(each < 2 * WAITS for each in seconds) / len(seconds)
    saw = f"{len(seconds)} requests came in {SECONDS} s, and {kept:.0%} waited for no free slot"
    too_few = kind in (None, "sync", "gthread") and (threads or 1) / WAITS < 0.9 * RATE
    if kept < 0.9 or too_few:  # the queue of 12 threads grows too slowly to be seen in two seconds
        raise Wrong(
            f"{saw}. {threads or 1} at once, {WAITS} s each, is {(threads or 1) / WAITS:.0f} a "
            f"second, and {RATE} come: the queue grows."
        )
    return f"{saw}, with one process."


def arrivals(run: Served) -> list[float]:
    """Send requests at a steady rate, whether answered or not; return how long each took."""
    begun = monotonic()

    def client(number: int) -> float:
        sleep(max(0, begun + number / RATE - monotonic()))
        try:
            answer = fetch(run.port, seconds=4 * WAITS)
        except Wrong:  # it has lost its patience
            return inf
        return need_ok(answer, run).seconds

    return together(*[partial(client, number) for number in range(RATE * SECONDS)])
