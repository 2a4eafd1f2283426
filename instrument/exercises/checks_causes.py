"""Exercise 30: what makes a server slow, as its process shows."""

import os
import random
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from instrument.edges import processes
from instrument.edges.clients import listens
from instrument.exercises.book import Wrong, exercise
from instrument.exercises.checks_sizing import called
from instrument.exercises.slow_server import SIGNALS

SLOW_SERVER = Path(__file__).with_name("slow_server.py")
ROUNDS = 3
SHOWS = {
    "computes": "What does its CPU time do while a request is under way?",
    "waits": "Its CPU time stands still, and the answer comes.",
    "stuck": "Its CPU time stands still, and no answer comes.",
}


@contextmanager
def slow_server(folder: Path) -> Iterator[tuple[int, int]]:
    """Start a server, and hand over its process id and its port."""
    port = processes.free_port()
    command = [sys.executable, "-B", str(SLOW_SERVER), str(port)]
    log = folder / f"slow-{port}.log"
    with processes.running(command, log) as process:
        processes.wait_until(lambda: listens(port), process, log)
        yield process.pid, port


@exercise(
    30,
    "name the cause",
    "diagnosis",
    "What does the CPU time of the process do while a request is under way? psutil knows it.",
)
def named_cause(path: Path, folder: Path) -> str:
    with ExitStack() as stack:
        servers = [stack.enter_context(slow_server(folder)) for _ in SIGNALS]
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
