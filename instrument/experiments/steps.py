"""The crowd and the spread: users grow step by step, and each step is a comparison's run of its own.

The crowd tells what a request costs Locust and the server. The spread tells how many connections
each worker holds, and how many of its threads are in use.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar, TypeVar

import psutil
from rich.table import Table

from instrument.edges.errors import InstrumentError
from instrument.experiments import comparison
from instrument.experiments.arguments import add_place, add_servers, add_users, add_workers, chosen
from instrument.experiments.columns import Columns, filled, ratio_of
from instrument.experiments.experiment import Experiment, Kind, one_by_one
from instrument.experiments.result import Result, cause, footnotes
from instrument.load.bench import Bench, Plan
from instrument.servers import Subject, Work

FEWEST = 20  # users, in the first step of both
OF_CROWD = {FEWEST: 1, 200: 1, 2000: 1, 4000: 2}  # users, and processes of Locust
OF_SPREAD = {FEWEST: 1, 50: 1, 100: 1}

S = TypeVar("S", bound=Result)


@dataclass(frozen=True)
class CrowdStep(Result):
    """What one server did with so many users."""

    processes: int = 1


@dataclass(frozen=True)
class SpreadStep(Result):
    """What one server did with so many users, and the connections of each worker meanwhile."""

    threads: int = 1  # of each worker
    connections: tuple[int, ...] = ()  # of each worker, the most first

    @property
    def in_use(self) -> int:
        """Return how many threads have a connection to work on, if each has a request."""
        return sum(min(each, self.threads) for each in self.connections)


COSTS: Columns = {
    "Locust\nprocesses": lambda step: str(step.processes),
    "throughput\nrequests/s": lambda step: f"{step.requests_per_second:.0f}",
    "\n/ ceiling": ratio_of,
    "median\nms": lambda step: f"{step.median_ms:.0f}",
    "Locust\nlate, ms": lambda step: f"{step.locust_late_ms:.0f}",
    "CPU, ms\nLocust": lambda step: f"{step.locust_ms:.2f}",
    "a request\nserver": lambda step: f"{step.server_ms:.2f}",
}
CONNECTIONS: Columns = {
    "throughput\nrequests/s": lambda step: f"{step.requests_per_second:.2f}",
    "ceiling\nrequests/s": lambda step: f"{step.ceiling:.2f}",
    "median\nms": lambda step: f"{step.median_ms:.0f}",
    "95 %\nms": lambda step: f"{step.p95_ms:.0f}",
    "connections\nof each worker": lambda step: " ".join(map(str, step.connections)),
    "threads\nin use": lambda step: str(step.in_use),
}


@dataclass(frozen=True)
class Crowd(Experiment):
    """What a request cost with more and more users."""

    crowds: dict[str, tuple[CrowdStep, ...]]
    PART: ClassVar[str] = "crowds"

    def told(self) -> Iterator[Table | str]:
        return told_of(self.crowds, "{0.workers} workers", COSTS)


@dataclass(frozen=True)
class Spread(Experiment):
    """How more and more users were spread over the workers."""

    spreads: dict[str, tuple[SpreadStep, ...]]
    PART: ClassVar[str] = "spreads"

    def told(self) -> Iterator[Table | str]:
        size = "{0.workers} workers with {0.threads} threads each"
        return told_of(self.spreads, size, CONNECTIONS)


def told_of(
    found: Mapping[str, tuple[Result, ...]], size: str, columns: Columns
) -> Iterator[Table | str]:
    """Yield a table for each server, with a row for each step."""
    for name, steps in found.items():
        yield f"{name}, {size.format(steps[0])}"
        rows = ((f"{step.users}{'*' if cause(step) else ''}", step) for step in steps)
        yield filled("users", columns, rows, justify="right")
        yield from footnotes(steps)


def those_that_wait(options: Namespace) -> list[Subject]:
    for subject in (subjects := chosen(options)):
        if subject.work is not Work.WAIT:
            raise InstrumentError(f"{subject.name} does not wait: choose a server that does")
    return subjects


def those_with_threads(options: Namespace) -> list[Subject]:
    for subject in (subjects := chosen(options)):
        if not subject.server.has_threads:
            raise InstrumentError(f"{subject.name} has no threads: choose a server that has")
    return subjects


def planned(steps: dict[int, int], plan: Plan) -> list[Plan]:
    """Return a plan for each step that doesn't exceed the users that were asked for."""
    return [
        replace(plan, users=users, processes=processes)
        for users, processes in steps.items()
        if users <= plan.users
    ]


def crowd_step(bench: Bench, subject: Subject) -> CrowdStep:
    result = comparison.measure(bench, subject)
    return CrowdStep(**vars(result), processes=bench.plan.processes)


def spread_step(bench: Bench, subject: Subject) -> SpreadStep:
    seen: list[tuple[int, ...]] = []

    def look(server: int) -> None:
        seen.append(connections_of_workers(server))

    result = comparison.measure(replace(bench, each_second=look), subject)
    at_last = max(reversed(seen), key=sum)  # before Locust closed its connections
    return SpreadStep(**vars(result), threads=int(subject.slots), connections=at_last)


def connections_of_workers(master: int) -> tuple[int, ...]:
    """Return how many connections each worker of a server holds, the most first."""
    counts = [
        sum(each.status == psutil.CONN_ESTABLISHED for each in worker.net_connections("tcp"))
        for worker in psutil.Process(master).children()
    ]
    return tuple(sorted(counts, reverse=True))


def add_arguments(command: ArgumentParser, server: str, most: int) -> None:
    add_servers(command, server)
    add_users(command, most, f"in the last step, default: {most}", lowest=FEWEST)
    add_workers(command)
    add_place(command)


def expected_seconds(steps: dict[int, int], plan: Plan, subject: Subject) -> float:
    return sum(comparison.expected_seconds(each, subject) for each in planned(steps, plan))


def measure(
    steps: dict[int, int],
    measure_step: Callable[[Bench, Subject], S],
    bench: Bench,
    subject: Subject,
) -> tuple[S, ...]:
    """Return what a subject does in each step. Raises InstrumentError."""
    plans = planned(steps, bench.plan)
    return tuple(measure_step(replace(bench, plan=plan), subject) for plan in plans)


CROWD = Kind(
    "crowd",
    "put load of 20, 200, 2000 and 4000 users on a server, and print what a request costs",
    Crowd,
    partial(add_arguments, server="uvicorn-worker", most=4000),
    one_by_one(Crowd, partial(measure, OF_CROWD, crowd_step)),
    partial(expected_seconds, OF_CROWD),
    those_that_wait,
)
SPREAD = Kind(
    "spread",
    "put load of 20, 50 and 100 users on a server, and count each worker's connections",
    Spread,
    partial(add_arguments, server="flask-gthread", most=100),
    one_by_one(Spread, partial(measure, OF_SPREAD, spread_step)),
    partial(expected_seconds, OF_SPREAD),
    those_with_threads,
)
