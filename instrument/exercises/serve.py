"""What the checks share: a server for a file, clients, and what a file defines."""

import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from http.client import IncompleteRead
from math import inf
from pathlib import Path
from socketserver import BaseServer
from subprocess import Popen
from threading import Thread
from typing import Any, TypeVar

from instrument.edges import processes, signals
from instrument.edges.clients import FAILURES, Response, connection_to, exchange, listens
from instrument.edges.errors import InstrumentError, tail_of_log
from instrument.edges.processes import ROOT
from instrument.exercises.catalogue import Wrong
from instrument.servers import BY_NAME, GUNICORN

LONGEST = 10  # seconds, that a check waits for one thing: then it is called endless
HOOKS = Path(__file__).with_name("hooks.py")
WAITING_APPS = Path(__file__).with_name("waiting_apps.py")
BARE = replace(BY_NAME["sync"], start=GUNICORN)  # with a file that names its worker class
LOADED, LISTENING = "Application loaded", "Uvicorn running on"  # in a server's log
BEGUN = BARE.booted
NO_CAUSE = r'\bINFO\b|HTTP/1\.." \d|Worker \(pid:\d+\) exited'  # of an error
A_DAY = 24 * 3600  # seconds

T = TypeVar("T")
S = TypeVar("S", bound=BaseServer)


class NoAnswer(Wrong):
    """The server closed the connection: its log says why."""


@dataclass(frozen=True)
class Served:
    port: int
    log: Path
    process: Popen[bytes]

    def said(self) -> str:
        return self.log.read_text("utf-8", "replace")


@contextmanager
def served(
    command: Sequence[str],
    path: Path,
    folder: Path,
    port: int,
    up: str = "",
    workers: int = 1,
    **variables: str,
) -> Iterator[Served]:
    """Run a command with the file's folder importable; it is up when its log says so, or it listens."""
    log = folder / f"{port}.log"
    variables |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}
    with processes.running(command, log, **importable(path), **variables) as process:
        run = Served(port, log, process)

        def is_settled() -> bool:
            said = run.said()
            is_up = said.count(up) >= workers if up else listens(port)
            return is_up or said.count(BEGUN) > workers

        try:
            processes.wait_until(is_settled, process, log, LONGEST, "The server did not start")
        except InstrumentError as error:
            if process.poll() is None:
                raise Wrong(
                    f"The server does not start within {LONGEST} s: is there an endless loop?"
                ) from error
            raise Wrong(f"The server does not start.{because(log)}") from error
        if run.said().count(BEGUN) > workers:  # gunicorn would go on so
            raise Wrong(f"The server's worker ends at once, and so does the next.{because(log)}")
        try:
            yield run
        except NoAnswer as error:
            raise Wrong(f"{error}{because(log)}") from error


def importable(path: Path) -> dict[str, str]:
    return {"PYTHONPATH": f"{path.parent}{os.pathsep}{ROOT}"}


def gunicorn(
    path: Path,
    folder: Path,
    *options: str,
    app: str = "app",
    workers: int = 1,
    port: int | None = None,
    config: Path = HOOKS,
    **variables: str,
) -> AbstractContextManager[Served]:
    """Serve an application of a file by gunicorn."""
    compiled(path)
    port = port or processes.free_port()
    options = ("--config", str(config), *options)
    command = BARE.command(port, workers, f"{path.stem}:{app}", *options)
    return served(command, path, folder, port, LOADED, workers, **variables)


def configured(
    path: Path, folder: Path, workers: int = 1, **variables: str
) -> AbstractContextManager[Served]:
    """Serve an application that waits by some workers of gunicorn, as a file configures them."""
    compiled(path)
    config = folder / "gunicorn.conf.py"
    config.write_text(f"{path.read_text('utf-8')}\n{HOOKS.read_text('utf-8')}", "utf-8")
    return gunicorn(
        WAITING_APPS, folder, app="wsgi", workers=workers, port=None, config=config, **variables
    )


def uvicorn(
    path: Path,
    folder: Path,
    *options: str,
    app: str = "app",
    port: int | None = None,
    **variables: str,
) -> AbstractContextManager[Served]:
    """Serve an application of a file by uvicorn."""
    compiled(path)
    port = port or processes.free_port()
    command = BY_NAME["uvicorn"].command(port, 1, f"{path.stem}:{app}", *options)
    return served(command, path, folder, port, LISTENING, 1, **variables)


@contextmanager
def in_thread(server: S) -> Iterator[S]:
    """Let a server of this process answer meanwhile."""
    with server:
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def compiled(path: Path) -> None:
    """Raise Wrong where a file is not Python, or not UTF-8: each Python has other words for that."""
    source = path.read_bytes()
    try:
        source.decode("utf-8")
        place = source.find(b"\0")  # UTF-16 is full of them
    except UnicodeDecodeError as error:
        place = error.start
    if place >= 0:
        line = source.count(b"\n", 0, place) + 1
        raise Wrong(
            f"{path.name}, line {line}, is not UTF-8: let your editor save the file as UTF-8."
        )
    try:
        compile(source, str(path), "exec")
    except SyntaxError as error:
        where = f", line {error.lineno}," if error.lineno else ""
        raise Wrong(f"{path.name}{where} is not Python: {error.msg}.") from error


def together(*tasks: Callable[[], T]) -> list[T]:
    """Run functions at once, and return what each gave; Ctrl-C does not wait for them."""
    pool = ThreadPoolExecutor(len(tasks))
    try:
        given = [pool.submit(each) for each in tasks]
        while wait(given, timeout=0.1).not_done:
            signals.check()
        return [each.result() for each in given]
    finally:
        pool.shutdown(wait=False)  # the server is ended next, and with it what waits for an answer


def fetch(
    port: int,
    method: str = "GET",
    body: bytes | None = None,
    seconds: float | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Send a request and read its answer; say what became of it where there is none."""
    patience = seconds or LONGEST

    def ask() -> Response:
        with connection_to(port, patience) as connection:
            return exchange(connection, "/", method, body, headers)

    try:
        return together(ask)[0]
    except TimeoutError as error:
        raise Wrong(
            f"A client waited {patience:.0f} s for its answer, and the server was ended. "
            "Is there an endless loop, or a wait for what never comes?"
        ) from error
    except IncompleteRead as error:
        raise Wrong(
            f"The client was promised {len(error.partial) + (error.expected or 0)} bytes and got "
            f"{len(error.partial)}: it waits for the rest until the server closes the connection."
        ) from error
    except FAILURES as error:
        raise NoAnswer(f"The client got no answer ({type(error).__name__}).") from error


def fetch_together(port: int, clients: int) -> list[Response]:
    return together(*[partial(fetch, port)] * clients)


def need_alike(first: Response, run: Served) -> None:
    """Raise Wrong where a later answer is another than the first."""
    for _ in range(2):
        other = need_ok(fetch(run.port), run)
        if other.body != first.body:
            raise Wrong(f"The first client got {first.body!r}, and a later one {other.body!r}.")
        if sorted(other.headers) != sorted(first.headers):
            raise Wrong(
                f"The first answer has {len(first.headers)} headers, and a later one "
                f"{len(other.headers)}: what outlives a request, and changes with each?"
            )


def need_ok(answer: Response, run: Served, what: str = "GET /") -> Response:
    """Raise Wrong, with the error that the log shows, where the status is not 2xx."""
    if not 200 <= answer.status < 300:
        raise Wrong(f"{what} was answered with {answer.status}.{because(run.log)}")
    return answer


def need_whole(name: str, value: object, most: float = inf) -> None:
    if type(value) is not int or not 1 <= value <= most:
        limit = "on" if most == inf else f"to {most}"
        raise Wrong(f"{name} is {value!r:.20}: write a whole number, from 1 {limit}.")


def are_seconds(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < A_DAY


def because(log: Path) -> str:
    """Return what a log says went wrong: the error, and its place."""
    lines = log.read_text("utf-8", "replace").splitlines()
    tail = tail_of_log("\n".join(line for line in lines if not re.search(NO_CAUSE, line)))
    said = f" Its log says: {tail[0]}" if tail else ""
    return re.sub(r"\(/[^()]*/(.+?), line", r"(\1, line", said.replace(f"{ROOT}/", ""))


def result_of(script: str, path: Path, folder: Path, *arguments: str) -> Any:
    """Return what a module of this folder writes as JSON to the file RESULT, in another Python.

    Its arguments are a reader's file and others. What that file prints, also at its end, is no result.
    """
    compiled(path)
    result, log = folder / "result.json", folder / "script.log"
    result.unlink(missing_ok=True)
    command = [sys.executable, "-P", "-B", "-m", f"instrument.exercises.{script}", str(path)]
    variables = {"RESULT": str(result), **importable(path)}
    with processes.running([*command, *arguments], log, **variables) as process:
        try:
            processes.wait_until(lambda: process.poll() is not None, seconds=LONGEST)
        except InstrumentError as error:
            raise Wrong(f"It was ended after {LONGEST} s: is there an endless loop?") from error
    if process.returncode:
        why = because(log) or f" Its exit status is {process.returncode}."
        raise Wrong(f"{path.name} fails.{why}")
    if not result.is_file():
        raise Wrong(f"{path.name} ends Python before its last line: is there an exit()?")
    return json.loads(result.read_text("utf-8"))


def evaluated(path: Path, folder: Path, *names: str) -> list[Any]:
    """Return what some names of a file are."""
    found = result_of("call", path, folder, repr(dict.fromkeys(names)))
    return [found[name] for name in names]


def called(path: Path, folder: Path, name: str, *cases: tuple[Any, ...]) -> list[Any]:
    """Return what a function of a file gives for each case."""
    found: dict[str, list[Any]] = result_of("call", path, folder, repr({name: cases}))
    return found[name]
