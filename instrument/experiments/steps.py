"""The crowd and the spread: users grow step by step, and each step is a comparison's run of its own.

The crowd tells what a request costs Locust and the server. The spread tells how many connections
each worker holds, and how many of its threads are in use.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

import psutil
from rich.table import Table

from instrument.edges.errors import InstrumentError
from instrument.experiments import comparison
from instrument.experiments.arguments import add_place, add_servers, add_users, add_workers
from instrument.experiments.columns import new_table, ratio_of
from instrument.experiments.experiment import Experiment
from instrument.experiments.kind import Kind, one_by_one
from instrument.experiments.result import Result, cause, footnotes
from instrument.load.bench import Bench, Plan
from instrument.servers import Subject, Work

FEWEST = 20  # users, in the first step of both
OF_CROWD = {FEWEST: 1, 200: 1, 2000: 1, 4000: 2}  # users, and processes of Locust
OF_SPREAD = {FEWEST: 1, 50: 1, 100: 1}


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


COSTS = {
    "Locust\nprocesses": lambda step: str(step.processes),
    "throughput\nrequests/s": lambda step: f"{step.requests_per_second:.0f}",
    "\n/ ceiling": ratio_of,
    "median\nms": lambda step: f"{step.median_ms:.0f}",
    "Locust\nlate, ms": lambda step: f"{step.locust_late_ms:.0f}",
    "CPU, ms\nLocust": lambda step: f"{step.locust_ms:.2f}",
    "a request\nserver": lambda step: f"{step.server_ms:.2f}",
}
CONNECTIONS = {
    "throughput\nrequests/s": lambda step: f"{step.requests_per_second:.2f}",
    "ceiling\nrequests/s": lambda step: f"{step.ceiling:.2f}",
    "median\nms": lambda step: f"{step.median_ms:.0f}",
    "95 %\nms": lambda step: f"{step.p95_ms:.0f}",
    "connections\nof each worker": lambda step: " ".join(map(str, step.connections)),
    "threads\nin use": lambda step: str(step.in_use),
}


@dataclass(frozen=True)
class Steps(Experiment):
    """What each server did with more and more users."""

    def pictures(self) -> dict[str, str]:
        return {}

    @property
    def asked(self) -> str:
        return f"{FEWEST} to {self.conditions.users} users who don't wait"


@dataclass(frozen=True)
class Crowd(Steps):
    crowds: dict[str, tuple[CrowdStep, ...]]
    PART: ClassVar[str] = "crowds"

    def told(self) -> Iterator[Table | str]:
        for name, steps in self.crowds.items():
            yield f"{name}, {steps[0].workers} workers"
            yield table(COSTS, steps)
            yield from footnotes(steps)


@dataclass(frozen=True)
class Spread(Steps):
    spreads: dict[str, tuple[SpreadStep, ...]]
    PART: ClassVar[str] = "spreads"

    def told(self) -> Iterator[Table | str]:
        for name, steps in self.spreads.items():
            yield f"{name}, {steps[0].workers} workers with {steps[0].threads} threads each"
            yield table(CONNECTIONS, steps)
            yield from footnotes(steps)


def table(cells: dict[str, Callable[[Any], str]], steps: Iterable[Result]) -> Table:
    """Return a row for each step, given how the cell below each heading is made."""
    grid = new_table("users", *cells, justify="right")
    for step in steps:
        users = str(step.users) + ("*" if cause(step) else "")
        grid.add_row(users, *(cell(step) for cell in cells.values()))
    return grid


def add_arguments(command: ArgumentParser, server: str, most: int) -> None:
    add_servers(command, server)
    add_users(command, most, f"in the last step, default: {most}", lowest=FEWEST)
    add_workers(command)
    add_place(command)


def refuse_what_does_not_wait(options: Namespace, subjects: list[Subject]) -> None:
    for subject in subjects:
        if subject.work is not Work.WAIT:
            raise InstrumentError(f"{subject.name} does not wait: choose a server that does")


def refuse_what_has_no_threads(options: Namespace, subjects: list[Subject]) -> None:
    for subject in subjects:
        if not subject.server.has_threads:
            raise InstrumentError(f"{subject.name} has no threads: choose a server that has")


def planned(steps: dict[int, int], plan: Plan) -> list[Plan]:
    """Return a plan for each step that doesn't exceed the users that were asked for."""
    return [
        replace(plan, users=users, processes=processes)
        for users, processes in steps.items()
        if users <= plan.users
    ]


def expected_seconds(steps: dict[int, int], plan: Plan, subject: Subject) -> float:
    return sum(comparison.expected_seconds(each, subject) for each in planned(steps, plan))


def measure_crowd(bench: Bench, subject: Subject) -> tuple[CrowdStep, ...]:
    """Return what a subject does in each step. Raises InstrumentError."""
    found = []
    for plan in planned(OF_CROWD, bench.plan):
        result = comparison.measure(replace(bench, plan=plan), subject)
        found.append(CrowdStep(**vars(result), processes=plan.processes))
    return tuple(found)


def measure_spread(bench: Bench, subject: Subject) -> tuple[SpreadStep, ...]:
    """Return what a subject does in each step. Raises InstrumentError."""
    found = []
    for plan in planned(OF_SPREAD, bench.plan):
        seen: list[tuple[int, ...]] = []
        at = replace(
            bench,
            plan=plan,
            each_second=lambda server: seen.append(connections_of_workers(server)),  # noqa: B023
        )
        result = comparison.measure(at, subject)
        at_last = max(reversed(seen), key=sum)  # before Locust closed its connections
        found.append(SpreadStep(**vars(result), threads=int(subject.slots), connections=at_last))
    return tuple(found)


def connections_of_workers(master: int) -> tuple[int, ...]:
    """Return how many connections each worker of a server holds, the most first."""
    counts = [
        sum(each.status == psutil.CONN_ESTABLISHED for each in worker.net_connections("tcp"))
        for worker in psutil.Process(master).children()
    ]
    return tuple(sorted(counts, reverse=True))


CROWD = Kind(
    "crowd",
    "put load of 20, 200, 2000 and 4000 users on a server, and print what a request costs",
    Crowd,
    partial(add_arguments, server="uvicorn-worker", most=4000),
    one_by_one(Crowd, measure_crowd),
    partial(expected_seconds, OF_CROWD),
    refuse_what_does_not_wait,
)
SPREAD = Kind(
    "spread",
    "put load of 20, 50 and 100 users on a server, and count each worker's connections",
    Spread,
    partial(add_arguments, server="flask-gthread", most=100),
    one_by_one(Spread, measure_spread),
    partial(expected_seconds, OF_SPREAD),
    refuse_what_has_no_threads,
)
