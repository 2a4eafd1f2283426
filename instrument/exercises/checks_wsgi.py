"""Exercises 1, 2, 4 and 5: what an application owes to a WSGI server, and how many wait."""

import ast
import codecs
import re
import sys
from functools import partial
from math import inf
from pathlib import Path
from time import monotonic, sleep

from instrument.edges import processes
from instrument.edges.clients import Response
from instrument.exercises.catalogue import Wrong, exercise
from instrument.exercises.serve import (
    Served,
    because,
    compiled,
    configured,
    evaluated,
    fetch,
    gunicorn,
    need_alike,
    need_ok,
    need_whole,
    served,
    together,
)

TEXT = "Grüße!\n"
# longer and shorter, with letters of two and three bytes
OTHER_TEXTS = ("Schöne Grüße, 5 €!", "€€")


@exercise(1)
def bytes_in_a_list(path: Path, folder: Path) -> str:
    with gunicorn(path, folder) as run:
        answer = need_ok(answered(run), run)
        saw = need_text(answer.body)
        need_alike(answer, run)
    need_charset(answer)
    return saw


def answered(run: Served) -> Response:
    """Return the answer, where the server found bytes to send."""
    try:
        return fetch(run.port)
    finally:  # what its log says tells more than how a client failed
        if found := re.search(r"TypeError: (.+) is not a byte", run.said()):
            raise Wrong(no_bytes(found[1]))
        if "TypeError: 'NoneType' object is not iterable" in run.said():
            raise Wrong("The application returned None: return a list with the body, in bytes.")


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


def need_charset(answer: Response) -> None:
    """Raise Wrong where the header does not say that the body is UTF-8."""
    said = answer.headers.get_content_charset("")
    try:
        is_utf8 = codecs.lookup(said).name == "utf-8"
    except LookupError:
        is_utf8 = False
    if not is_utf8:
        raise Wrong(
            f"The bytes are UTF-8, and the header says {answer.headers['Content-Type']!r}: a "
            "client would have to guess. Name the charset, as the file did when it was shipped."
        )


@exercise(2)
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
        need_alike(answer, run)
    need_charset(answer)
    for text in OTHER_TEXTS:
        need_counted(path, folder, text, length)
    return f"The client was promised {length} bytes and got as many; so with other texts."


class WithText(ast.NodeTransformer):
    """Puts another text in place of the one in the file, however that is spelled."""

    def __init__(self, text: str):
        self.text = text

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        old, new = TEXT.strip(), self.text
        if isinstance(node.value, str):
            return ast.Constant(node.value.replace(old, new))
        if isinstance(node.value, bytes):
            return ast.Constant(node.value.replace(old.encode(), new.encode()))
        return node


def need_counted(path: Path, folder: Path, text: str, length: str) -> None:
    """Raise Wrong where the length is wrong as soon as the file has another text."""
    tree = WithText(text).visit(ast.parse(path.read_bytes()))
    other = folder / f"other_{len(text)}.py"
    other.write_text(ast.unparse(ast.fix_missing_locations(tree)), "utf-8")
    try:
        with gunicorn(other, folder) as run:
            got = need_ok(fetch(run.port), run).body.decode(errors="replace")
    except Wrong as wrong:
        raise Wrong(f"With {text!r} as TEXT, it is wrong again. {wrong}") from wrong
    if got.strip("\n") != text:
        raise Wrong(
            f"With {text!r} as TEXT, the client got {got!r}: {length} is right for one text alone. "
            "Count the bytes."
        )


BODIES = {  # what each is, and its method
    b"hello": ("hello", "POST"),
    b"two lines\nand blanks \r\n": ("lines and blanks", "PUT"),
    b"\x80\xd7 no text": ("bytes that are no UTF-8", "POST"),
    b"ab" * 35_000: ("70000 bytes", "PATCH"),
    b"": ("an empty body", "POST"),
}


@exercise(4)
def body_of_a_request(path: Path, folder: Path) -> str:
    compiled(path)
    port = processes.free_port()
    command = [sys.executable, "-m", "wsgi.wsgiref_server", str(port), f"{path.stem}:app"]
    with served(command, path, folder, port) as run:
        for body, (what, method) in BODIES.items():
            got = asked(run, method, body, what).body
            if got != body.upper():
                raise Wrong(
                    f"A client sent {what} with {method}, expected {shown(body.upper())} and got "
                    f"{shown(got)}."
                )
        without = asked(run, "GET", None, "no body")
        if without.body:
            raise Wrong(f"A GET without a body was answered with {shown(without.body)}.")
    return f"{len(BODIES)} bodies came back in capitals, and a request without one got none."


def shown(body: bytes) -> str:
    return repr(body) if len(body) < 40 else f"{body[:10]!r}... of {len(body)} bytes"


def asked(run: Served, method: str, body: bytes | None, what: str) -> Response:
    try:
        answer = fetch(run.port, method, body, seconds=3)
    except Wrong as error:
        if "waited" in str(error):
            raise Wrong(
                f"A {method} of {what} was not answered within 3 s. A read() of more than there is "
                "waits until the client closes, and the client waits for its answer."
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
        raise Wrong(f"A {method} of {what} failed.{because(run.log)}")
    return need_ok(answer, run, method)


RATE, SECONDS, WAITS = 30, 2, 0.5
MOST = 1000  # threads, or processes


@exercise(5)
def enough_slots(path: Path, folder: Path) -> str:
    *numbers, kind = evaluated(path, folder, "workers", "threads", "worker_class")
    workers, threads = (1 if value is None else value for value in numbers)
    need_whole("workers", workers, MOST)
    need_whole("threads", threads, MOST)
    if workers > 1:
        raise Wrong(f"You have {workers} processes. Threads wait as well: fewer will do.")
    with configured(path, folder, WAITS=str(WAITS)) as run:
        answers = answers_at_a_rate(run)
    who = {process for _, process in answers} - {b""}
    if len(who) > 1:
        raise Wrong(f"{len(who)} processes answered. Threads wait as well: one will do.")
    kept = sum(seconds < 2 * WAITS for seconds, _ in answers) / len(answers)
    saw = f"{len(answers)} requests came in {SECONDS} s, and {kept:.0%} found a free thread at once"
    too_few = "gevent" not in str(kind) and threads / WAITS < 0.9 * RATE
    if kept < 0.9 or too_few:  # the queue of 12 threads grows too slowly to be seen in two seconds
        raise Wrong(
            f"{saw}. {threads} at once, {WAITS} s each, is {threads / WAITS:.0f} a second, and "
            f"{RATE} come: the queue grows."
        )
    return f"{saw}, with one process."


def answers_at_a_rate(run: Served) -> list[tuple[float, bytes]]:
    """Send requests, whether answered or not; return how long each took, and which process answered."""
    begun = monotonic()

    def client(number: int) -> tuple[float, bytes]:
        sleep(max(0, begun + number / RATE - monotonic()))
        try:
            answer = fetch(run.port, seconds=4 * WAITS)
        except Wrong:  # it has lost its patience
            return inf, b""
        return need_ok(answer, run).seconds, answer.body.split()[0]

    return together(*[partial(client, number) for number in range(RATE * SECONDS)])
