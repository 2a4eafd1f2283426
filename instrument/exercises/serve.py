"""What the checks share: a server for a file, clients, and how a prediction is compared."""

import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.client import IncompleteRead
from pathlib import Path
from subprocess import Popen
from typing import Any

from instrument.edges import processes, signals
from instrument.edges.clients import FAILURES, Response, connection_to, exchange
from instrument.edges.errors import InstrumentError, tail_of_log
from instrument.edges.processes import ROOT
from instrument.exercises.book import Wrong
from instrument.servers import BY_NAME, GUNICORN

LONGEST = 10  # seconds, that a check waits for one thing: then it is called endless
HOOKS = Path(__file__).with_name("hooks.py")
BARE = replace(BY_NAME["sync"], start=GUNICORN)  # with a file that names its worker class
LOADED = "Application loaded"
BEGUN = BARE.booted
NO_CAUSE = r'\bINFO\b|HTTP/1\.." \d|Worker \(pid:\d+\) exited'  # of an error


class NoAnswer(Wrong):
    """The server closed the connection: its log says why."""


@dataclass(frozen=True)
class Served:
    port: int
    log: Path
    process: Popen

    def said(self) -> str:
        return self.log.read_text("utf-8", "replace")


@contextmanager
def served(
    command: Sequence[str],
    up: str,
    workers: int,
    path: Path,
    log: Path,
    port: int,
    **variables: str,
):
    """Run a command with the file's folder importable; it is up when its log says so."""
    own = {"PYTHONPATH": str(path.parent), "PYTHONDONTWRITEBYTECODE": "1", **variables}
    own["PYTHONUNBUFFERED"] = "1"
    with processes.running(command, log, **own) as process:

        def is_settled() -> bool:
            said = log.read_text("utf-8", "replace")
            return said.count(up) >= workers or said.count(BEGUN) > workers

        try:
            processes.wait_until(
                is_settled,
                process,
                log,
                LONGEST,
                "The server did not start",
            )
        except InstrumentError as error:
            if process.poll() is None:
                raise Wrong(
                    f"The server does not start within {LONGEST} s: is there an endless loop?"
                ) from error
            raise Wrong(f"The server does not start.{because(log)}") from error
        if log.read_text("utf-8", "replace").count(BEGUN) > workers:  # gunicorn would go on so
            raise Wrong(f"The server's worker ends at once, and so does the next.{because(log)}")
        try:
            yield Served(port, log, process)
        except NoAnswer as error:
            raise Wrong(f"{error}{because(log)}") from error


@contextmanager
def gunicorn(
    path: Path,
    folder: Path,
    server: str = "sync",
    workers: int = 1,
    app: str = "",
    port: int | None = None,
    config: Path = HOOKS,
    **variables: str,
) -> Iterator[Served]:
    """Serve a file's app, or another one, by gunicorn."""
    compiled(path)
    port = port or processes.free_port()
    app = app or f"{path.stem}:app"
    command = BY_NAME[server].command(port, workers, app, "--config", str(config))
    log = folder / f"gunicorn-{port}.log"
    with served(command, LOADED, workers, path, log, port, **variables) as run:
        yield run


@contextmanager
def configured(path: Path, folder: Path, app: str, workers: int = 1) -> Iterator[Served]:
    """Serve an app of the folder by some workers of gunicorn, as a file configures them."""
    compiled(path)
    port = processes.free_port()
    config = folder / f"gunicorn-{port}.conf.py"
    config.write_text(f"{path.read_text('utf-8')}\n{HOOKS.read_text('utf-8')}", "utf-8")
    command = BARE.command(port, workers, app, "--config", str(config))
    log = folder / f"gunicorn-{port}.log"
    with served(command, LOADED, workers, folder / app, log, port) as run:
        yield run


@contextmanager
def uvicorn(
    path: Path,
    folder: Path,
    *options: str,
    app: str = "",
    port: int | None = None,
    **variables: str,
) -> Iterator[Served]:
    compiled(path)
    port = port or processes.free_port()
    command = BY_NAME["uvicorn"].command(port, 1, app or f"{path.stem}:app", *options)
    log = folder / f"uvicorn-{port}.log"
    with served(command, "Uvicorn running on", 1, path, log, port, **variables) as run:
        yield run


def compiled(path: Path):
    """Return the code of a file; say where it is not Python."""
    source = path.read_bytes()
    need_utf8(path, source)
    try:
        return compile(source, str(path), "exec")
    except SyntaxError as error:
        where = f", line {error.lineno}," if error.lineno else ""
        raise Wrong(f"{path.name}{where} is not Python: {error.msg}.") from error


def need_utf8(path: Path, source: bytes) -> None:
    """Raise Wrong where a file is not UTF-8: each Python has other words for that."""
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


def together(*tasks: Callable) -> list:
    """Run functions at once, and return what each gave; Ctrl-C does not wait for them."""
    pool = ThreadPoolExecutor(len(tasks))
    try:
        given = [pool.submit(each) for each in tasks]
        return results(given)
    finally:
        pool.shutdown(wait=False)  # the server is ended next, and with it what waits for an answer


def results(given: list[Future]) -> list:
    while wait(given, timeout=0.1).not_done:
        signals.check()
    return [each.result() for each in given]


def fetch(
    port: int,
    method: str = "GET",
    body: bytes | None = None,
    seconds: float | None = None,
    **headers: str,
) -> Response:
    """Send a request and read its answer; say what became of it where there is none."""
    return together(lambda: _fetch(port, method, body, seconds or LONGEST, headers))[0]


def _fetch(port: int, method: str, body: bytes | None, seconds: float, headers: dict) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with connection_to(port, seconds) as connection:
            return exchange(connection, "/", method, body, named)
    except TimeoutError as error:
        raise Wrong(
            f"A client waited {seconds:.0f} s for its answer, and the server was ended. "
            "Is there an endless loop, or a wait for what never comes?"
        ) from error
    except IncompleteRead as error:
        raise Wrong(
            f"The client was promised {len(error.partial) + (error.expected or 0)} bytes and got "
            f"{len(error.partial)}: it waits for the rest until the server closes the connection."
        ) from error
    except FAILURES as error:
        raise NoAnswer(f"The client got no answer ({type(error).__name__}).") from error


def fetch_together(port: int, clients: int, **options) -> list[Response]:
    return together(*[lambda: _fetch(port, "GET", None, LONGEST, options)] * clients)


def fetch_thrice(run: Served) -> Response:
    """Return the first answer; raise Wrong where a later one is another."""
    first = need_ok(fetch(run.port), run)
    need_alike(first, run)
    return first


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


def because(log: Path) -> str:
    """Return what a log says went wrong: the error, and its place."""
    lines = log.read_text("utf-8", "replace").splitlines()
    tail = tail_of_log("\n".join(line for line in lines if not re.search(NO_CAUSE, line)))
    said = f" Its log says: {tail[0]}" if tail else ""
    return re.sub(r"\(/[^()]*/(.+?), line", r"(\1, line", said.replace(f"{ROOT}/", ""))


def result_of(script: str, path: Path, folder: Path, *arguments: str) -> Any:
    """Return what a script writes as JSON to the file RESULT, where another Python runs it.

    Its arguments are a reader's file and others. What that file prints, also at its end, is no result.
    """
    compiled(path)
    written, result = folder / "script.py", folder / "result.json"
    written.write_text(script, "utf-8")
    result.unlink(missing_ok=True)
    command = [sys.executable, "-B", str(written), str(path), *arguments]
    output_of(command, folder / "script.log", path, RESULT=str(result))
    if not result.is_file():
        raise Wrong(f"{path.name} ends Python before its last line: is there an exit()?")
    return json.loads(result.read_text("utf-8"))


VALUES = """import json, os, runpy, sys
found = runpy.run_path(sys.argv[1])
plain = lambda value: float(value) if hasattr(value, "__float__") else repr(value)
with open(os.environ["RESULT"], "w") as result:
    json.dump([found.get(name) for name in sys.argv[2:]], result, default=plain)
"""


def evaluated(path: Path, folder: Path, *names: str) -> list:
    """Return what some names of a file are, as another process finds them."""
    return result_of(VALUES, path, folder, *names)


def output_of(command: Sequence[str], log: Path, path: Path, **variables: str) -> str:
    """Return what a command prints; raise Wrong when it fails, or goes on for too long."""
    variables["PYTHONPATH"] = f"{path.parent}{os.pathsep}."
    with processes.running(command, log, **variables) as process:
        try:
            processes.wait_until(lambda: process.poll() is not None, seconds=LONGEST)
        except InstrumentError as error:
            raise Wrong(f"It was ended after {LONGEST} s: is there an endless loop?") from error
    if process.returncode:
        why = because(log) or f" Its exit status is {process.returncode}."
        raise Wrong(f"{path.name} fails.{why}")
    return log.read_text("utf-8", "replace")
