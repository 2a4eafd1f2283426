"""One user, then the ladder: what Locust and the system's clocks saw of a server."""

import json
import math
import statistics
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

from instrument.arithmetic.sizing import FLAT, SHORTEST_RUNG, TICKS, Rung
from instrument.edges import processes, signals
from instrument.edges.display import Display
from instrument.edges.errors import InstrumentError
from instrument.load.asking import Reply, Request, ask_once, connect
from instrument.load.bench import looks
from instrument.load.others import Clock, between, clock, share_of_others, used_by_all
from instrument.load.target import megabytes

WARM_UP = 2  # requests: the first may import, connect, or fill a cache
ONE_USER_SECONDS = 2
FEWEST, MOST = 3, 1000  # requests of one user
SHORTEST_PROOF = 5
LOOK_SECONDS = 0.25
LONGEST_WAIT = 10  # seconds of a user, and 20 times as long as a request takes alone
AROUND_SECONDS = 3  # about, in which Locust starts
RUNG_AROUND = 2  # about, in which users come, and are answered once


@dataclass(frozen=True)
class OneUser:
    """What one user saw, who asks again as soon as it is answered, after a warm-up."""

    seconds: list[float]  # of each request
    cpu_seconds: float | None  # of the server for each, or None where its process is unknown
    first: float  # seconds of the very first request
    bytes: list[int]  # of each answer
    growth_mb: float  # by which the server's memory grew with each
    memory: tuple[float, float]  # MB of its master, and of one process

    @property
    def mean(self) -> float:
        """Seconds of a request: the mean, since that is what Little's law wants."""
        return statistics.fmean(self.seconds)

    def cpu(self, rungs: list[Rung]) -> float | None:
        """CPU seconds of a request; from a rung with many requests where these are too few to tell."""
        if self.cpu_seconds is not None and self.cpu_seconds * len(self.seconds) < TICKS and rungs:
            most = max(rungs, key=lambda rung: rung.cpu or 0.0)
            if most.cpu and most.requests_per_second:
                return most.cpu / most.requests_per_second
        return self.cpu_seconds

    def notes(self) -> list[str]:
        """Return what makes the arithmetic doubtful, in a sentence each."""
        found, median = [], statistics.median(self.seconds)
        slowest, sizes = max(self.seconds), self.bytes
        if slowest >= 3 * median and slowest > 0.01:
            found.append(
                f"The slowest of {len(self.seconds)} requests took {slowest:.3f} s, the median "
                f"{median:.3f} s. The share that waits for a slot assumes similar ones."
            )
        if self.first >= 3 * median and self.first > 0.05:
            found.append(f"The first request took {self.first:.3f} s, and does not count.")
        if sizes[-1] > 1.1 * sizes[0] and sizes == sorted(sizes):
            found.append(
                f"Its answers grow, from {sizes[0]:,} to {sizes[-1]:,} bytes: "
                "later ones will cost more than what was measured."
            )
        if self.growth_mb > 0.2 and self.growth_mb * len(sizes) > 2:
            found.append(
                f"Memory grew by {self.growth_mb:.1f} MB with each request: look for a leak, "
                "or renew workers with --max-requests."
            )
        return found


def one_user(request: Request, pid: int | None, log: Path | None = None) -> OneUser:
    """Send one request after the other. Raises InstrumentError where one is not answered well."""
    with closing(connect(request)) as connection:
        try:
            first, *_ = [ask_once(request, connection, log) for _ in range(WARM_UP)]
            answers: list[Reply] = []
            begun = time.monotonic()
            used, memory = (used_by_all(pid), sum(megabytes(pid))) if pid else (0.0, 0.0)
            while len(answers) < FEWEST or time.monotonic() - begun < ONE_USER_SECONDS:
                signals.check()
                answers.append(ask_once(request, connection, log))
                if len(answers) == MOST:
                    break
        except (OSError, HTTPException) as error:
            said = str(error) or type(error).__name__
            raise InstrumentError(
                f"{request.method} {request.path} is not answered: {said}"
            ) from error
        count = len(answers)
        return OneUser(
            [each.seconds for each in answers],
            (used_by_all(pid) - used) / count if pid else None,
            first.seconds,
            [each.bytes for each in answers],
            (sum(megabytes(pid)) - memory) / count if pid else 0.0,
            master_and_process(pid) if pid else (0.0, 0.0),
        )


def master_and_process(pid: int) -> tuple[float, float]:
    """Return the MB of both; a server of one process will have a master where it has more."""
    first, *others = megabytes(pid)
    return (round(first, 1), round(max(others), 1)) if others else (0.0, round(first, 1))


@dataclass
class Climb:
    """What is known so far of a ladder."""

    rungs: list[Rung] = field(default_factory=list)
    generator: float = 0.0  # CPU seconds that Locust needs for a request
    most_mb: float = 0.0  # of the server's memory


@dataclass(frozen=True)
class Rungs:
    """Which rungs are climbed, and until when."""

    lowest: int
    highest: int
    shortest: int = SHORTEST_RUNG
    growth: float = FLAT

    def seconds(self, seconds: float, slots: float = math.inf) -> float:
        """Return about how long it takes, when each request takes so many seconds."""
        total, users = float(AROUND_SECONDS), self.lowest
        while users <= self.highest:
            latency = seconds * max(1.0, users / slots)
            total += RUNG_AROUND + latency + max(self.shortest, 2 * latency)
            users *= 2
        return total


def climb(
    request: Request,
    pid: int | None,
    rungs: Rungs,
    seconds: float,
    latency: float,
    display: Display,
    scratch: Path,
    told: Callable[[Rung], None],
    climbed: Climb,
) -> None:
    """Run Locust against a server from rung to rung, and add each to what is known when it is done.

    A request takes so many seconds with one user, and `latency` where it waits for others.
    Raises InstrumentError when the server or Locust fails.
    """
    files = [f"instrument/locustfiles/{name}.py" for name in ("visitors", "recorder", "doubling")]
    marks, wanted = scratch / "marks.json", scratch / "request.json"
    marks.unlink(missing_ok=True)
    told_users = {
        "method": request.method,
        "headers": dict(request.headers),
        "data": str(request.data.absolute()) if request.data else None,
        "seconds": seconds,
        "patience": LONGEST_WAIT + max(20 * seconds, 4 * latency),
    }
    wanted.write_text(json.dumps(told_users), encoding="utf-8")
    locust = ["locust", "--locustfile", ",".join(files), "--headless", "--loglevel", "WARNING"]
    locust += ["--host", request.origin, "--path", request.path, "--request", str(wanted)]
    locust += ["--exit-code-on-error", "0", "--completions", str(scratch / "completions.json")]
    locust += ["--marks", str(marks), *(f"--{name}={value}" for name, value in vars(rungs).items())]
    clocks: list[Clock] = []
    log, server_log = scratch / "locust.log", scratch / "server.log"
    longest = 2 * rungs.seconds(latency) + 120
    with processes.running(locust, log) as generator:
        for _ in looks(display, generator, log, longest, LOOK_SECONDS):
            if pid and not processes.is_alive(pid):
                raise InstrumentError("the server ended in the middle of the run", server_log)
            clocks.append(clock(*filter(None, (generator.pid, pid))))
            if pid:
                climbed.most_mb = max(climbed.most_mb, sum(megabytes(pid)))
            known = json.loads(marks.read_text(encoding="utf-8")) if marks.exists() else []
            for mark in known[len(climbed.rungs) :]:
                rung, generated = rung_of(mark, clocks, pid is not None)
                climbed.rungs.append(rung)
                climbed.generator = generated or climbed.generator
                told(rung)
    if not climbed.rungs:
        raise InstrumentError("no user was answered twice", log)


def rung_of(mark: dict[str, Any], clocks: list[Clock], is_known: bool) -> tuple[Rung, float]:
    """Return a rung, and the CPU seconds that Locust needed for a request."""
    within = between(clocks, mark["start"], mark["end"])
    found, cpu, generated, waits = mark["requests_per_second"], None, 0.0, 0.0
    if len(within) > 1:
        first, last = within[0], within[-1]
        seconds = last.at - first.at
        used = [(b - a) / seconds for a, b in zip(first.parts, last.parts, strict=True)]
        if is_known:
            cpu = round(used[1], 3)
            waits = max(0.0, last.waits[1] - first.waits[1]) / seconds
        generated = used[0] / found if found else 0.0
    median = mark["median_ms"]
    others = share_of_others(clocks, mark["start"], mark["end"]) if is_known else 0.0
    rung = Rung(
        mark["users"],
        round(found, 3),
        round(median / 1000, 5) if median is not None else None,
        cpu,
        mark["error"],
        round(others, 3),
        round(waits, 3),
    )
    return rung, generated
