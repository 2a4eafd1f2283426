"""From what Locust recorded to the figures of the comparison: arithmetic alone, no edges."""

import math
import statistics
from dataclasses import dataclass

from compare.servers import Server

# After the last user was spawned: up to 1 s of pause before its first request, 1 s until the
# answer, 1 s to spare.
SETTLE_SECONDS = 3
# Of the windows of 5 s, 4 % give a slope outside 0.98 to 1.01 of the truth; of 8 s, none.
SHORTEST_STEADY_SECONDS = 8
# Locust warns of more; below, a group of users starts each second.
FASTEST_SPAWN_RATE = 100


class TooFewAnswers(ValueError):
    """Less than two requests were answered in the steady part: there is no throughput."""


@dataclass(frozen=True)
class Completion:
    """One answer (or failure), as the user saw it."""

    at: float  # seconds, on the clock of its recording
    milliseconds: float  # from sending to the last byte
    failed: bool


@dataclass(frozen=True)
class Recording:
    """All that happened in one Locust run; times in seconds on one monotonic clock."""

    spawned: float  # when the last user had been spawned
    stopping: float  # when users began to be stopped, which cuts requests off
    completions: tuple[Completion, ...]


@dataclass(frozen=True)
class Result:
    """What one server did in the steady part; throughput in requests/s, latency in ms."""

    name: str
    interface: str
    app: str
    command: str
    users: int
    workers: int
    steady_seconds: float
    requests: int
    failures: int
    requests_per_second: float
    ceiling: float
    median_ms: float
    p95_ms: float

    @property
    def ratio(self) -> float:
        return self.requests_per_second / self.ceiling

    @property
    def too_short(self) -> bool:
        return self.steady_seconds < SHORTEST_STEADY_SECONDS


def ceiling(users: int, slots: float, seconds_per_request: float) -> float:
    """Return the highest possible throughput, in requests/s: min(users, slots) / seconds.

    Users who ask again as soon as they are answered keep `users` requests in flight, of which
    the server works on `slots` at most. Little's law, L = lambda * W, with L requests in
    progress and W seconds for each, gives the throughput lambda = L / W.
    Source: J. D. C. Little, A Proof for the Queuing Formula: L = lambda W, Operations
    Research 9 (3), 1961.
    """
    return min(users, slots) / seconds_per_request


def throughput(times: list[float]) -> float:
    """Return requests/s: the slope of the least-squares line through (time, number completed).

    Answers come in bursts, a second apart, when they take a second each. A count between two
    instants is off by up to one burst, since it depends on where it is cut (0.93 to 0.95 of
    the truth in runs of 20 s); the line through all completions does not depend on it (0.999).

    Raises TooFewAnswers when there are not two different times.
    """
    try:
        return statistics.linear_regression(times, range(1, len(times) + 1)).slope
    except statistics.StatisticsError as error:
        raise TooFewAnswers(f"only {len(times)} answers") from error


def percentile(values: list[float], percent: int) -> float:
    """Return the value that `percent` % of the values don't exceed, between neighbours linearly."""
    if len(values) == 1:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def spawn_rate(users: int) -> int:
    """Return how many users are started per second: all at once, up to a bound."""
    return min(users, FASTEST_SPAWN_RATE)


def load_seconds(users: int, seconds: int) -> int:
    """Return how long Locust must run for `seconds` of steady part, with a second to spare."""
    return math.ceil(users / spawn_rate(users)) - 1 + SETTLE_SECONDS + seconds + 1


def evaluate(
    server: Server, command: str, users: int, workers: int, seconds: int, recording: Recording
) -> Result:
    """Return what the steady part of a recording says about a server.

    The steady part begins SETTLE_SECONDS after the last user was spawned and lasts `seconds`,
    or until users were stopped if that was earlier.

    Raises TooFewAnswers when too little was answered in it.
    """
    start = recording.spawned + SETTLE_SECONDS
    end = min(start + seconds, recording.stopping)
    steady = [each for each in recording.completions if start <= each.at < end]
    answered = [each for each in steady if not each.failed]
    requests_per_second = throughput([each.at for each in answered])
    latencies = [each.milliseconds for each in answered]
    return Result(
        name=server.name,
        interface=server.interface,
        app=server.app,
        command=command,
        users=users,
        workers=workers,
        steady_seconds=round(end - start, 3),
        requests=len(steady),
        failures=len(steady) - len(answered),
        requests_per_second=requests_per_second,
        ceiling=ceiling(users, workers * server.requests_per_worker, server.seconds_per_request),
        median_ms=percentile(latencies, 50),
        p95_ms=percentile(latencies, 95),
    )
