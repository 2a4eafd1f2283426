"""What one server does now, from the answers of the last seconds: arithmetic alone, no edges."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from instrument.arithmetic.measure import Completion, ceiling, percentile
from instrument.servers import WAIT_SECONDS, Subject, Work

# Until the last user who came has made its first request: the longest pause before it.
ARRIVAL_SECONDS = 1
# Of the window that throughput is taken from, in s.
SHORTEST_WINDOW = 2
LONGEST_WINDOW = 8


@dataclass(frozen=True)
class Sample:
    """What one server did at one moment: throughputs in requests/s, latencies in seconds."""

    users: int
    throughput: float
    median: float | None  # None until an answer has come
    p95: float | None
    failures: int  # in the window
    ceiling: float | None  # None where no arithmetic gives one
    predicted_latency: float | None
    says: str


def window_seconds(since_change: float) -> float:
    """Return the length of the window: since the users who came last ask, within bounds."""
    return min(max(since_change - ARRIVAL_SECONDS, SHORTEST_WINDOW), LONGEST_WINDOW)


def throughput_now(ages: Sequence[float], window: float) -> float:
    """Return requests/s from the ages of answers, in s: a count with its edges faded over a second.

    Answers that take a second each come in bursts a second apart. A plain count is off by a burst
    when an edge of the window cuts one; with an edge that fades, a burst that leaves is replaced by
    the next to the same degree.
    """
    return sum(max(0.0, min(1.0, age, window - age)) for age in ages) / (window - 1)


def sample(
    answers: Iterable[Completion],
    changed: float,
    now: float,
    users: int,
    subject: Subject,
    workers: int,
) -> Sample:
    """Return what a server does now, given when its number of users last changed.

    Latency is that of requests sent since the users who came last ask, as soon as one of these has
    come back; before, of all that came back in the window. A server that computes has no ceiling
    here, since it shares the CPUs with the other one.
    """
    window = window_seconds(now - changed)
    all_ask = changed + ARRIVAL_SECONDS
    recent = [each for each in answers if now - window < each.at <= now]
    good = [each for each in recent if not each.failed]
    since = [each for each in good if each.at - each.milliseconds / 1000 >= all_ask]
    latencies = [each.milliseconds / 1000 for each in since or good]
    slots = workers * subject.slots
    waits = subject.work is Work.WAIT
    highest = ceiling(users, slots, WAIT_SECONDS) if waits and users else None
    return Sample(
        users=users,
        throughput=throughput_now([now - each.at for each in good], window),
        median=percentile(latencies, 50) if latencies else None,
        p95=percentile(latencies, 95) if latencies else None,
        failures=len(recent) - len(good),
        ceiling=highest,
        predicted_latency=users / highest if highest else None,
        says=sentence(users, slots, highest),
    )


def sentence(users: int, slots: float, highest: float | None) -> str:
    """Return what arithmetic says: "20 users on 4 slots: each waits 5 s"."""
    asked = {0: "no users", 1: "1 user"}.get(users, f"{users} users")
    if not highest:
        return f"{asked}: the CPUs decide" if users else asked
    where = ", a slot for each" if math.isinf(slots) else f" on {slots:.0f} slots"
    return f"{asked}{where}: each waits {users / highest:.3g} s"
