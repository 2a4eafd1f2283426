"""The spread: how many connections each worker holds, and how many of its threads are in use."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import psutil
from rich.table import Table

from instrument.experiments import comparison
from instrument.experiments.columns import new_table
from instrument.experiments.comparison import Result, cause, footnotes
from instrument.experiments.experiment import Conditions, Experiment
from instrument.load.bench import Bench, Plan
from instrument.servers import Subject

STEPS = (20, 50, 100)  # users


@dataclass(frozen=True)
class Step(Result):
    """What one server did with so many users, and the connections of each worker meanwhile."""

    threads: int = 1  # of each worker
    connections: tuple[int, ...] = ()  # of each worker, the most first

    @property
    def in_use(self) -> int:
        """Return how many threads have a connection to work on, if each has a request."""
        return sum(min(each, self.threads) for each in self.connections)


@dataclass(frozen=True)
class Spread(Experiment):
    """What each server did, step by step."""

    spreads: dict[str, tuple[Step, ...]]
    PART: ClassVar[str] = "spreads"

    @classmethod
    def from_saved(cls, conditions: Conditions, part: Any) -> Self:
        return cls(conditions, {name: tuple(map(saved, steps)) for name, steps in part.items()})

    def told(self) -> Iterator[Table | str]:
        for name, steps in self.spreads.items():
            yield f"{name}, {steps[0].workers} workers with {steps[0].threads} threads each"
            yield table(steps)
            yield from footnotes(steps)

    def pictures(self) -> dict[str, str]:
        return {}

    @property
    def asked(self) -> str:
        return f"{STEPS[0]} to {self.conditions.users} users who don't wait"


def saved(step: dict[str, Any]) -> Step:
    return Step(**{**step, "connections": tuple(step["connections"])})


def table(steps: tuple[Step, ...]) -> Table:
    headings = (
        "throughput\nrequests/s",
        "ceiling\nrequests/s",
        "median\nms",
        "95 %\nms",
        "connections\nof each worker",
        "threads\nin use",
    )
    grid = new_table("users", *headings, justify="right")
    for step in steps:
        grid.add_row(
            str(step.users) + ("*" if cause(step) else ""),
            f"{step.requests_per_second:.2f}",
            f"{step.ceiling:.2f}",
            f"{step.median_ms:.0f}",
            f"{step.p95_ms:.0f}",
            " ".join(map(str, step.connections)),
            str(step.in_use),
        )
    return grid


def connections_of_workers(master: int) -> tuple[int, ...]:
    """Return how many connections each worker of a server holds, the most first."""
    counts = [
        sum(each.status == psutil.CONN_ESTABLISHED for each in worker.net_connections("tcp"))
        for worker in psutil.Process(master).children()
    ]
    return tuple(sorted(counts, reverse=True))


def expected_seconds(plan: Plan, subject: Subject) -> float:
    return sum(
        comparison.expected_seconds(replace(plan, users=users), subject) for users in steps(plan)
    )


def steps(plan: Plan) -> list[int]:
    """Return those steps that don't exceed the users that were asked for."""
    return [users for users in STEPS if users <= plan.users]


def measure(bench: Bench, subject: Subject) -> tuple[Step, ...]:
    """Return what a subject does in each step. Raises InstrumentError."""
    found = []
    for users in steps(bench.plan):
        seen: list[tuple[int, ...]] = []
        at = replace(
            bench,
            plan=replace(bench.plan, users=users),
            each_second=lambda server: seen.append(connections_of_workers(server)),  # noqa: B023
        )
        result = comparison.measure(at, subject)
        at_last = max(reversed(seen), key=sum)  # before Locust closed its connections
        found.append(Step(**vars(result), threads=int(subject.slots), connections=at_last))
    return tuple(found)
