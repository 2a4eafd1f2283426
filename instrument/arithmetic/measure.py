"""From what Locust recorded to the figures of the comparison: arithmetic alone, no edges."""

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from instrument.servers import WAIT_SECONDS, Subject, Work

# After the last user was spawned: up to 1 s of pause before its first request, 1 s to spare.
PAUSE_SECONDS = 2
# Of the windows of 5 s, 4 % give a slope outside 0.98 to 1.01 of the truth; of 8 s, none.
SHORTEST_STEADY_SECONDS = 8
OTHERS = 0.05  # of all CPUs: what other programs may use before they are mentioned
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
    locust_cpu: float = 0.0  # share of its CPU that the busiest of Locust's processes used
    machine_cpu: float = 0.0  # share of all CPUs that was used
    other_cpu: float = 0.0  # of it, by programs that have no part in the measurement
    server_ms: float = 0.0  # of CPU that the server used for each request
    locust_ms: float = 0.0  # and that Locust used for it
    late: Sequence[Sequence[float]] = ()  # when Locust woke, and how late, in ms
    machine_late: Sequence[Sequence[float]] = ()  # and a process that only sleeps


@dataclass(frozen=True)
class Steady:
    """What was measured in a steady part; throughput in requests/s, latency in ms."""

    users: int
    steady_seconds: float
    requests: int
    failures: int
    requests_per_second: float
    ceiling: float | None  # None where there is no arithmetic to give it
    median_ms: float
    p95_ms: float

    @property
    def ratio(self) -> float | None:
        return self.requests_per_second / self.ceiling if self.ceiling else None

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


def ceiling_of(
    subject: Subject, users: int, workers: int, cpus: int, cpu_seconds: float
) -> float | None:
    """Return a subject's ceiling, in requests/s, or None where no arithmetic gives one.

    An application that waits has slots, which are workers x what each holds. One that computes
    for `cpu_seconds` has as many slots as there are CPUs to compute, whichever server calls it. One that
    does neither has none.
    """
    if subject.work is Work.WAIT:
        return ceiling(users, workers * subject.slots, WAIT_SECONDS)
    if subject.work is Work.COMPUTE:
        return ceiling(users, min(workers, cpus), cpu_seconds)
    return None


def merge(every: list[Recording]) -> Recording:
    """Return what several processes of Locust wrote down as one recording.

    Each saw the machine for an interval of its own, so that shares are what is merged.
    """
    completions = (one for each in every for one in each.completions)
    return Recording(
        spawned=max(each.spawned for each in every),
        stopping=min(each.stopping for each in every),
        completions=tuple(sorted(completions, key=lambda one: one.at)),
        locust_cpu=max(each.locust_cpu for each in every),
        machine_cpu=statistics.fmean(each.machine_cpu for each in every),
        late=sorted((one for each in every for one in each.late), key=lambda one: one[0]),
    )


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


def throughput_of_users(times: Iterable[Sequence[float]]) -> float:
    """Return requests/s of users who ask again as soon as they are answered.

    Given when each user was answered, twice at least. Bursts don't matter to it, nor where a short
    measurement is cut, since each cycle is whole. Users who were answered less often don't count.
    It is the smaller of two figures, since each is too high in a case that doesn't disturb the other:
    users / mean cycle, where some users are slower and their last cycle was cut off; the sum of what
    each user got, where cycles differ by chance.
    """
    every = [each for each in times if len(each) > 1 and each[-1] > each[0]]
    cycles = [len(each) - 1 for each in every]
    spent = [each[-1] - each[0] for each in every]
    if not every:
        return 0.0
    rates = sum(count / seconds for count, seconds in zip(cycles, spent, strict=True))
    return min(rates, len(every) * sum(cycles) / sum(spent))


def percentile(values: list[float], percent: int) -> float:
    """Return the value that `percent` % of the values don't exceed, between neighbours linearly."""
    if len(values) == 1:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def spawn_rate(users: int) -> int:
    """Return how many users are started per second: all at once, up to a bound."""
    return min(users, FASTEST_SPAWN_RATE)


def settle_seconds(users: int, ceiling: float | None) -> int:
    """Return how long it takes, after the last user was spawned, until latency is steady.

    By then every user has been answered once: the first of them still met a short queue.
    """
    return PAUSE_SECONDS + math.ceil(users / ceiling if ceiling else 1)


def load_seconds(users: int, seconds: int, ceiling: float | None) -> int:
    """Return how long Locust must run for `seconds` of steady part, with two seconds to spare.

    One of them is for several processes of Locust, whose last one begins so much later.
    """
    spawning = math.ceil(users / spawn_rate(users)) - 1
    return spawning + settle_seconds(users, ceiling) + seconds + 2


def sweep_seconds(highest: int, ceiling: Callable[[int], float | None]) -> float:
    """Return about how long it takes until every user of each step was answered twice."""
    total, users = 0.0, 1
    while users <= highest:
        latency = users / (ceiling(users) or users)
        total += 2 + latency + max(latency, SHORTEST_STEADY_SECONDS)
        users *= 2
    return total


def evaluate(
    completions: tuple[Completion, ...], start: float, end: float, users: int, ceiling: float | None
) -> Steady:
    """Return what was measured between two instants; raise TooFewAnswers when it is too little."""
    steady = [each for each in completions if start <= each.at < end]
    answered = [each for each in steady if not each.failed]
    latencies = [each.milliseconds for each in answered]
    return Steady(
        users=users,
        steady_seconds=round(end - start, 3),
        requests=len(steady),
        failures=len(steady) - len(answered),
        requests_per_second=throughput([each.at for each in answered]),
        ceiling=ceiling,
        median_ms=percentile(latencies, 50),
        p95_ms=percentile(latencies, 95),
    )


def steady_part(
    recording: Recording, seconds: int, users: int, ceiling: float | None
) -> tuple[float, float]:
    """Return the instants between which a run is judged.

    It begins when what follows the spawning of the last user has settled and lasts `seconds`, or
    until users were stopped if that was earlier.
    """
    start = recording.spawned + settle_seconds(users, ceiling)
    return start, min(start + seconds, recording.stopping)


def lateness(late: Sequence[Sequence[float]], start: float, end: float) -> float:
    """Return how late a sleeper woke between two instants, in ms: 95 % of the times at most."""
    within = [milliseconds for at, milliseconds in late if start <= at < end]
    return percentile(within, 95) if within else 0.0
