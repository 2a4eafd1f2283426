"""Exercises 10 and 29: locustfiles, for a sync worker and an event loop, and for a server that slows."""

import csv
import http.server
import re
import signal
import statistics
import time
from contextlib import suppress
from pathlib import Path
from subprocess import Popen
from time import monotonic

from instrument.edges import processes
from instrument.edges.errors import InstrumentError
from instrument.exercises.catalogue import Wrong, exercise
from instrument.exercises.serve import (
    LONGEST,
    WAITING_APPS,
    Served,
    because,
    compiled,
    gunicorn,
    in_thread,
    uvicorn,
)

USERS = 4  # of each class
SECONDS = 4  # from the first answer on
WAITS = 0.25  # seconds of an answer
LEAST_REST = 0.4  # seconds between a user's requests that hide the knee
TIMES_AS_MANY = 1.25  # answers of the loop, at least; they are four times those of one worker
Rows = dict[str, tuple[int, float]]  # of each row: answers, and the seconds of one on average


@exercise(10)
def knee(path: Path, folder: Path) -> str:
    compiled(path)
    port = processes.free_port(2)  # one next to the other, as 8000 and 8001
    text = re.sub(r"\b8000\b", str(port), path.read_text("utf-8"))
    text = re.sub(r"\b8001\b", str(port + 1), text)
    copy = folder / path.name
    copy.write_text(f"{text}\nWsgiUser.fixed_count = AsgiUser.fixed_count = {USERS}\n", "utf-8")
    with (
        gunicorn(WAITING_APPS, folder, app="wsgi", port=port, WAITS=str(WAITS)) as sync,
        uvicorn(WAITING_APPS, folder, app="asgi", port=port + 1, WAITS=str(WAITS)) as loop,
    ):
        return judged(*loaded(copy, folder, {"wsgi": sync, "asgi": loop}))


def locust_for(locustfile: Path, users: int) -> list[str]:
    """Return a command that starts Locust with all its users at once."""
    command = ["locust", "--locustfile", str(locustfile), "--headless", "--only-summary"]
    return [*command, "--users", str(users), "--spawn-rate", str(users)]


def loaded(
    locustfile: Path, folder: Path, servers: dict[str, Served]
) -> tuple[Rows, dict[str, int]]:
    """Let Locust run it for a while; return its table, and how many answers each server gave."""
    command = [*locust_for(locustfile, 2 * USERS), "WsgiUser", "AsgiUser"]
    command += ["--stop-timeout", "0", "--csv", str(folder / "run")]
    log = folder / "locust.log"
    with processes.running(command, log) as locust:
        started = monotonic()

        def is_over() -> bool:
            begun = min([at for run in servers.values() for at in times(run)], default=None)
            end = started + LONGEST if begun is None else begun + SECONDS - WAITS
            return locust.poll() is not None or monotonic() > end

        processes.wait_until(is_over, seconds=2 * LONGEST)
        answered = {name: len(times(run)) for name, run in servers.items()}
        locust.send_signal(signal.SIGTERM)
        with suppress(InstrumentError):
            processes.wait_until(lambda: locust.poll() is not None, seconds=5)
    rows = table(folder / "run_stats.csv")
    if locust.returncode and not rows:
        raise Wrong(f"Locust does not run it.{because(log)}")
    if "Traceback" in log.read_text("utf-8", "replace"):
        raise Wrong(f"Locust runs it, and an error comes again and again.{because(log)}")
    return rows, answered


def times(run: Served) -> list[float]:
    """Return when a server gave its answers."""
    return [float(told) for told in re.findall(r"^answered ([\d.]+)$", run.said(), re.MULTILINE)]


def table(path: Path) -> Rows:
    if not path.exists():
        return {}
    with path.open(encoding="utf-8") as file:
        return {
            row["Name"]: (
                int(row["Request Count"]) - int(row["Failure Count"]),
                float(row["Average Response Time"]) / 1000,
            )
            for row in csv.DictReader(file)
        }


def judged(rows: Rows, answered: dict[str, int]) -> str:
    for name in ("wsgi", "asgi"):
        if name not in rows:
            raise Wrong(f"There is no row {name!r} in Locust's table: keep both classes and names.")
    for name in ("wsgi", "asgi"):
        count, _ = rows[name]
        if count > answered[name] + USERS:  # which were on their way
            raise Wrong(
                f"Locust's table has {count} answers in the row {name}, and that server gave "
                f"{answered[name]}: does each class ask its own server, and count what it got?"
            )
    wsgi, asgi = answered["wsgi"], answered["asgi"]
    saw = f"In {SECONDS} s, {USERS} users each: {wsgi} answers in the row wsgi, {asgi} in asgi"
    if not wsgi or not rows["wsgi"][0] or asgi / wsgi < TIMES_AS_MANY:
        raise Wrong(f"{saw}. They look alike: users who rest don't keep one worker busy.")
    for name in ("wsgi", "asgi"):
        rests = USERS * SECONDS / answered[name] - rows[name][1]
        if rests > LEAST_REST:
            raise Wrong(
                f"{saw}. A user of {name} rests for {rests:.1f} s after each answer, and meanwhile "
                "its server may be idle."
            )
    return f"{saw}: a worker answers one at a time, the loop answers all that wait."


STEADY_USERS, REQUESTS_PER_SECOND = 10, 20
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


@exercise(29)
def kept_rate(path: Path, folder: Path) -> str:
    compiled(path)
    port = processes.free_port()
    command = [*locust_for(path, STEADY_USERS), "--host", f"http://127.0.0.1:{port}"]
    log = folder / "locust.log"
    with in_thread(SlowingServer(port)) as server, processes.running(command, log) as locust:
        try:
            processes.wait_until(lambda: len(server.asked) >= STEADY_USERS, locust, log, 8)
            at_once = measured_rate(server, locust, log)
            server.seconds = SLOW
            slow = measured_rate(server, locust, log)
        except InstrumentError as error:
            raise Wrong(f"Locust does not run it.{because(log)}") from error
    saw = f"With answers at once: {at_once:.0f} requests a second. With answers of {SLOW} s: {slow:.0f}"
    for rate, why in (
        (at_once, f"It should be {REQUESTS_PER_SECOND}, of {STEADY_USERS} users"),
        (slow, "From when on does a user rest"),
    ):
        if abs(rate / REQUESTS_PER_SECOND - 1) > RATE_OFF:
            raise Wrong(f"{saw}. {why}{'.' if rate is at_once else '?'}")
    return f"{saw}. The rate stayed, and so the test shows how the customers wait."


def measured_rate(server: SlowingServer, locust: Popen[bytes], log: Path) -> float:
    """Return the requests a second, from when the users have settled on."""
    begun = monotonic() + SETTLING
    processes.wait_until(lambda: monotonic() > begun + STEP, locust, log)
    times = [at for at in list(server.asked) if at > begun]
    if len(times) < 2:
        return 0.0
    return statistics.linear_regression(times, range(len(times))).slope
