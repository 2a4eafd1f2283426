"""What a server did in one run, and whether something else than the server has shaped it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from instrument.arithmetic.measure import OTHERS, Steady

SPEED = 0.03  # by which CPUs may change their speed, with the server's own work for a request
LATE = 0.01  # of the median latency: how late a sleeper may wake before it is mentioned
NEAR = 0.02  # of its ceiling: a server that comes as near was not held up


@dataclass(frozen=True)
class Result(Steady):
    """What one server did in one run."""

    name: str
    interface: str
    app: str
    command: str
    workers: int
    locust_cpu: float
    machine_cpu: float
    other_cpu: float = 0.0
    server_ms: float = 0.0
    locust_ms: float = 0.0
    locust_late_ms: float = 0.0
    machine_late_ms: float = 0.0
    computing_ms: float = 0.0  # that its ceiling assumes for each request, if it computes


def cause(result: Result) -> str | None:
    """Return what else than the server has shaped a result, or None."""
    if result.other_cpu > OTHERS:
        return f"{told_of_others(result.other_cpu)}: close them and measure again"
    if result.computing_ms and abs(result.server_ms / result.computing_ms - 1) > SPEED:
        return (
            f"a request took {result.server_ms:.1f} ms of CPU, and {result.computing_ms:.1f} ms "
            "before the run: the CPUs changed their speed"
        )
    bound = LATE * result.median_ms
    if result.machine_late_ms > bound:
        return (
            f"a process that only sleeps woke {result.machine_late_ms:.1f} ms late (95 %), "
            "so the CPUs were full"
        )
    if result.locust_late_ms > bound:
        return (
            f"Locust woke {result.locust_late_ms:.1f} ms late (95 %), "
            "so it was busy itself: --processes helps if a CPU is free"
        )
    return None


def told_of_others(share: float) -> str:
    return f"other programs used {100 * share:.0f} % of the CPUs"


def is_doubtful(result: Result) -> bool:
    """Return whether there is a cause for doubt, and the ceiling does not rule it out."""
    return cause(result) is not None and not is_near(result)


def footnotes(steps: Iterable[Result]) -> Iterator[str]:
    """Yield the cause for doubt of each step, and whether the ceiling rules it out."""
    for step in steps:
        if why := cause(step):
            reached = "" if is_doubtful(step) else "; the ceiling is reached nevertheless"
            yield f"* {step.users} users: {why}{reached}."


def is_near(result: Result) -> bool:
    """Return whether a server came so near to its ceiling that nothing can have held it up."""
    return result.ratio is not None and abs(result.ratio - 1) <= NEAR


def is_spoiled(result: Result) -> bool:
    """Return whether other programs took CPUs that the server, or Locust, would have used."""
    return result.other_cpu > OTHERS and not is_near(result) and not result.too_short
