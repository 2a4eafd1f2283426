"""Exercises 17, 18 and 30: where a process stands, how long a request waited, and what a CPU did."""

import os
import random
import re
import signal
import sys
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import psutil

from instrument.edges import processes
from instrument.edges.clients import Response, connected
from instrument.edges.errors import InstrumentError
from instrument.exercises.catalogue import Wrong, exercise
from instrument.exercises.serve import (
    Served,
    called,
    evaluated,
    fetch,
    gunicorn,
    need_ok,
    served,
    together,
)
from instrument.exercises.slow_server import SIGNALS

Frame = tuple[str, str, str]  # file, line, function
FRAME = r'File ".*?([^/"]+)", line (\d+) in (.+)'


@exercise(17)
def blocking_line(path: Path, folder: Path) -> str:
    (answer,) = evaluated(path, folder, "ANSWER")
    if answer in (None, "Ellipsis"):
        raise Wrong("There is no answer yet: write the number of a line in place of ...")
    with gunicorn(path, folder, "--worker-class=asgi") as run:
        stack = stack_of(run, path.name)
    said = place_in(answer)
    own = [frame for frame in stack if frame[0] == path.name]
    if said in names(own[0]):
        return f"A stack taken just now says so: {own[0][0]}:{own[0][1]}, in {own[0][2]}()."
    if any(said in names(frame) for frame in own[1:]):
        raise Wrong(f"{said} is on the stack, but it has called something else: look further up.")
    if any(said in names(frame)[::2] for frame in stack):
        raise Wrong(
            f"The loop is in {said}, which is Python's own: go down to a line of this file."
        )
    raise Wrong(
        f"A stack taken just now does not show {said}: the loop does not stand there. A line that "
        "awaits gives the loop back, and is not on the stack."
    )


def place_in(answer: object) -> str:
    """Return what a reader has written, as a stack would: 20.0, "line 20" and "__str__()" are plain."""
    if isinstance(answer, float) and answer.is_integer():
        answer = int(answer)
    return re.sub(r"(?i)^line:?\s*|\(\)$", "", str(answer).strip())


def names(frame: Frame) -> tuple[str, str, str]:
    """Return what a reader may call a place."""
    file, line, function = frame
    return f"{file}:{line}", line, function


STILL = 5  # stacks, taken one after the other, that show the same lines of a file


def stack_of(run: Served, name: str) -> list[Frame]:
    """Return the stack of a worker, from its top, as soon as it stands still in a file."""
    (worker,) = psutil.Process(run.process.pid).children()

    def found() -> list[Frame]:
        os.kill(worker.pid, signal.SIGUSR2)
        _, *complete, _ = ["", *run.said().split("Current thread")]  # the last may be half written
        stacks = [re.findall(FRAME, each) for each in complete[-STILL:]]
        own = [[frame for frame in each if frame[0] == name] for each in stacks]
        stands = len(own) == STILL and own[0] and own.count(own[0]) == STILL
        return stacks[-1] if stands else []

    with connected(run.port):
        try:
            return processes.wait_until(found, run.process, run.log, 5)
        except InstrumentError as error:
            raise Wrong("Nothing blocks any more: name the line, and leave it as it is.") from error


CLIENTS, OFF = 2, 0.3  # seconds: half of what a request takes
NUMBER = r"-?\d+(?:\.\d+)?"
NO_LINE = 'The log has no line for each request like "waited 0.00 s, took 0.60 s".'
AGO = 1.5  # seconds since a request came to the proxy


@exercise(18)
def logged_wait(path: Path, folder: Path) -> str:
    def client(port: int, ago: float = 0) -> Response:
        """Send a request that came to the proxy some seconds ago."""
        return fetch(port, headers={"X-Request-Start": f"{time.time() - ago:.3f}"})

    with gunicorn(path, folder) as run:
        answers = together(*[partial(client, run.port)] * CLIENTS)
        took = sorted(need_ok(each, run).seconds for each in answers)
        logged = list(map(with_wait, lines_of(run, CLIENTS)))
        for seconds, (waited, worked) in zip(took, sorted(logged, key=sum), strict=True):
            if abs(worked + waited - seconds) > OFF:
                raise Wrong(
                    f"A client waited {seconds:.1f} s for its answer. Your log says: waited "
                    f"{waited:.1f} s, took {worked:.1f} s. Together, these should be as long."
                )
        need_ok(client(run.port, AGO), run)
        waited, worked = with_wait(lines_of(run, CLIENTS + 1)[-1])
        if abs(waited - AGO) > OFF or worked > AGO:
            raise Wrong(
                f"A request came to the proxy {AGO} s ago. Your log says: waited {waited:.1f} s, "
                f"took {worked:.1f} s. The header tells when, whoever else is there."
            )
        need_ok(fetch(run.port), run, "A request without X-Request-Start")
        last = lines_of(run, CLIENTS + 2)[-1][0] or 0
    if abs(last) > OFF:
        raise Wrong(f"A request without X-Request-Start waited {last:.1f} s, as your log says.")
    longest = max(waited for waited, _ in logged)
    return (
        f"One worker, {CLIENTS} clients: the last waited for {longest:.1f} s, and the log says so."
    )


def lines_of(run: Served, count: int) -> list[tuple[float | None, float]]:
    """Return what the log says of so many requests: a line may have no number for the wait."""

    def found() -> list[tuple[str, str]]:
        pattern = rf"(?:waited ({NUMBER}) s, |\b)took ({NUMBER}) s"
        lines = re.findall(pattern, run.said())
        return lines if len(lines) >= count else []

    try:
        lines = processes.wait_until(found, run.process, run.log, 2)
    except InstrumentError as error:
        raise Wrong(NO_LINE) from error
    return [(float(waited) if waited else None, float(took)) for waited, took in lines]


def with_wait(line: tuple[float | None, float]) -> tuple[float, float]:
    waited, took = line
    if waited is None:
        raise Wrong(NO_LINE)
    return waited, took


SLOW_SERVER = Path(__file__).with_name("slow_server.py")
ROUNDS = 3
SHOWS = {
    "computes": "What does its CPU time do while a request is under way?",
    "waits": "Its CPU time stands still, and the answer comes.",
    "stuck": "Its CPU time stands still, and no answer comes.",
}


@exercise(30)
def named_cause(path: Path, folder: Path) -> str:
    with ExitStack() as stack:
        servers = []
        for _ in SIGNALS:
            port = processes.free_port()
            command = [sys.executable, str(SLOW_SERVER), str(port)]
            run = stack.enter_context(served(command, SLOW_SERVER, folder, port))
            servers.append((run.process.pid, port))
        for turn in range(1, ROUNDS + 1):
            causes = random.sample(list(SIGNALS), len(SIGNALS))
            for (pid, _), cause in zip(servers, causes, strict=True):
                os.kill(pid, SIGNALS[cause])
            given = called(path, folder, "cause", *servers)
            for said, cause in zip(given, causes, strict=True):
                if said != cause:
                    raise Wrong(
                        f"Round {turn} of {ROUNDS}: you say {said!r:.30} of a server that "
                        f"{'is ' * (cause == 'stuck')}{cause}. {SHOWS[cause]}"
                    )
    return f"Three servers were shuffled {ROUNDS} times, and you named the cause of each."
