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

from instrument.edges import processes, signals
from instrument.edges.clients import FAILURES, Response, connection_to, exchange
from instrument.edges.errors import InstrumentError, tail_of_log
from instrument.edges.processes import ROOT
from instrument.exercises.book import Wrong
from instrument.servers import BY_NAME, GUNICORN, WAIT_SECONDS

A_DAY = 24 * 3600  # in seconds
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
    **variables: str,
) -> Iterator[Served]:
    """Serve a file's app, or another one, by gunicorn."""
    compiled(path)
    port = processes.free_port()
    app = app or f"{path.stem}:app"
    command = BY_NAME[server].command(port, workers, app, "--config", str(HOOKS))
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
def uvicorn(path: Path, folder: Path, *options: str, app: str = "") -> Iterator[Served]:
    compiled(path)
    port = processes.free_port()
    command = BY_NAME["uvicorn"].command(port, 1, app or f"{path.stem}:app", *options)
    log = folder / f"uvicorn-{port}.log"
    with served(command, "Uvicorn running on", 1, path, log, port) as run:
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


def evaluated(path: Path, folder: Path, *names: str) -> list:
    """Return what some names of a file are, as another process finds them."""
    compiled(path)
    code = (
        "import json, runpy, sys; found = runpy.run_path(sys.argv[1]); "
        "plain = lambda value: float(value) if hasattr(value, '__float__') else repr(value); "
        "print('\\n' + json.dumps([found.get(name) for name in sys.argv[2:]], default=plain))"
    )
    log = folder / "values.log"
    script = folder / "values.py"
    script.write_text(code, "utf-8")
    command = [sys.executable, "-B", str(script), str(path), *names]
    return json.loads(output_of(command, log, path).splitlines()[-1])


def output_of(command: Sequence[str], log: Path, path: Path) -> str:
    """Return what a command prints; raise Wrong when it fails, or goes on for too long."""
    with processes.running(command, log, PYTHONPATH=f"{path.parent}{os.pathsep}.") as process:
        try:
            processes.wait_until(lambda: process.poll() is not None, seconds=LONGEST)
        except InstrumentError as error:
            raise Wrong(f"It was ended after {LONGEST} s: is there an endless loop?") from error
    if process.returncode:
        why = because(log) or f" Its exit status is {process.returncode}."
        raise Wrong(f"{path.name} fails.{why}")
    return log.read_text("utf-8", "replace")


def compare_prediction(path: Path, folder: Path, run: Served, clients: int, why: str) -> str:
    """Compare ANSWER with when the last of some clients is answered, in steps of an answer."""
    answer = predicted(path, folder)
    answers = fetch_together(run.port, clients)
    seconds = sorted(need_ok(each, run).seconds for each in answers)
    # answers come in steps of a second; what is late within one is this machine's, not the server's
    if round(answer / WAIT_SECONDS) != round(seconds[-1] / WAIT_SECONDS):
        raise Wrong(f"You said {answer:.1f} s. Measured just now: {seconds[-1]:.1f} s. {why}")
    return f"You said {answer:.1f} s. Measured just now: {seconds[-1]:.1f} s."


def predicted(path: Path, folder: Path) -> float:
    (answer,) = evaluated(path, folder, "ANSWER")
    if answer in (None, "Ellipsis"):
        raise Wrong("There is no prediction yet: write a number in place of ... after ANSWER =.")
    is_number = isinstance(answer, int | float) and not isinstance(answer, bool)
    if not is_number or not abs(answer) < A_DAY:
        raise Wrong(f"ANSWER is {answer!r:.20}: write a number of seconds, such as 2.0.")
    return answer
