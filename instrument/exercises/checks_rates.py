"""Exercises 28 and 29: the CPUs that a server keeps busy, and the rate that Locust keeps."""

import http.server
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from subprocess import Popen
from threading import Thread
from time import monotonic

from instrument.edges import processes
from instrument.edges.cpus import usable_cpus
from instrument.edges.errors import InstrumentError
from instrument.exercises.book import Wrong, exercise
from instrument.exercises.serve import (
    Served,
    because,
    compiled,
    configured,
    evaluated,
    fetch,
    need_ok,
    together,
)

REQUEST_SECONDS = 0.03  # of computing
ASKED_BY_EACH = 3
BUSY_APP = f"""import os, time
def app(environ, start_response):
    begun, end = time.monotonic(), time.thread_time() + {REQUEST_SECONDS}
    while time.thread_time() < end:
        pass
    body = f"{{os.getpid()}} {{begun}} {{time.monotonic()}}".encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
"""
IN_TURNS = "Threads of one process compute in turns."


@exercise(
    28,
    "processes for an application that computes",
    "compare",
    "A process computes on one CPU at a time, however many threads it has. How many CPUs are there?",
)
def computes(path: Path, folder: Path) -> str:
    workers, threads = (
        1 if value is None else value for value in evaluated(path, folder, "workers", "threads")
    )
    for name, value in (("workers", workers), ("threads", threads)):
        if type(value) is not int or value < 1:
            raise Wrong(f"{name} is {value!r:.20}: write a whole number, from 1 on.")
    cpus = usable_cpus()
    if workers > cpus:
        raise Wrong(
            f"{workers} processes for {cpus} CPUs: while {cpus} compute, the others wait for a CPU. "
            "Fewer will do as much."
        )
    (folder / "computing.py").write_text(BUSY_APP, "utf-8")
    with configured(path, folder, "computing:app", workers) as run:
        most, rate = computed(run, 2 * cpus)
    saw = f"{workers} x {threads}: {most} of {cpus} CPUs computed at a time, {rate:.0f} answers a second"
    if most < cpus:
        raise Wrong(f"{saw}, where {cpus / REQUEST_SECONDS:.0f} are possible. {IN_TURNS}")
    if threads > 1:
        raise Wrong(f"{saw}, but {threads} threads do no more than one. {IN_TURNS}")
    return f"{saw}: a process for each CPU, and none waits for another."


def computed(run: Served, users: int) -> tuple[int, float]:
    """Return how many processes computed at a time, and the answers a second."""

    def user() -> list[bytes]:
        return [need_ok(fetch(run.port), run).body for _ in range(ASKED_BY_EACH)]

    begun = monotonic()
    answers = [each.split() for each in chain.from_iterable(together(*[user] * users))]
    rate = len(answers) / (monotonic() - begun)
    spans = [(process, float(start), float(end)) for process, start, end in answers]
    at_a_time = [{each for each, begin, end in spans if begin <= at < end} for _, at, _ in spans]
    return max(map(len, at_a_time)), rate


USERS_OF_LOCUST, REQUESTS_PER_SECOND = 10, 20
SLOW = 0.4  # seconds of an answer
STEP = 2.0  # seconds, with answers at once, and then with slow ones
SETTLING = 0.6  # seconds: longer than a user rests
RATE_OFF = 0.3  # users who rest as before send 11 of 20, which is off by 0.45


class NotedRequest(http.server.BaseHTTPRequestHandler):
    """Notes when each request comes, and answers as late as the server says."""

    server: "SlowingServer"
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.asked.append(monotonic())
        time.sleep(self.server.seconds)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words: object) -> None:
        pass


class SlowingServer(http.server.ThreadingHTTPServer):
    def __init__(self, port: int) -> None:
        self.asked: list[float] = []  # when each request came
        self.seconds = 0.0
        super().__init__(("127.0.0.1", port), NotedRequest)

    def handle_error(self, *words: object) -> None:
        """Say nothing of a client that was ended."""


@contextmanager
def slowing_server(port: int) -> Iterator[SlowingServer]:
    with SlowingServer(port) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@exercise(
    29,
    "a rate that stays when the server slows down",
    "compare",
    "constant() rests after each answer. Locust has two that count from the beginning of a request.",
)
def kept_rate(path: Path, folder: Path) -> str:
    compiled(path)
    port, users = processes.free_port(), str(USERS_OF_LOCUST)
    command = ["locust", "--locustfile", str(path), "--host", f"http://127.0.0.1:{port}"]
    command += ["--headless", "--users", users, "--spawn-rate", users, "--only-summary"]
    log = folder / "locust.log"
    with slowing_server(port) as server, processes.running(command, log) as locust:
        try:
            processes.wait_until(lambda: len(server.asked) >= USERS_OF_LOCUST, locust, log, 8)
            at_once = measured_rate(server, locust, log)
            server.seconds = SLOW
            slow = measured_rate(server, locust, log)
        except InstrumentError as error:
            raise Wrong(f"Locust does not run it.{because(log)}") from error
    saw = f"With answers at once: {at_once:.0f} requests a second. With answers of {SLOW} s: {slow:.0f}"
    for rate, why in (
        (at_once, f"It should be {REQUESTS_PER_SECOND}, of {users} users"),
        (slow, "From when on does a user rest"),
    ):
        if abs(rate / REQUESTS_PER_SECOND - 1) > RATE_OFF:
            raise Wrong(f"{saw}. {why}{'.' if rate is at_once else '?'}")
    return f"{saw}. The rate stayed, and so the test shows how the customers wait."


def measured_rate(server: SlowingServer, locust: Popen, log: Path) -> float:
    """Return the requests a second, from when the users have settled on."""
    begun = monotonic() + SETTLING
    processes.wait_until(lambda: monotonic() > begun + STEP, locust, log)
    times = [at for at in list(server.asked) if at > begun]
    if len(times) < 2:
        return 0.0
    return statistics.linear_regression(times, range(len(times))).slope
