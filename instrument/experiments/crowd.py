"""The crowd: users grow tenfold, and each step tells what a request costs Locust and the server."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from rich.table import Table

from instrument.experiments import comparison
from instrument.experiments.columns import new_table, ratio_of
from instrument.experiments.comparison import Result, cause, footnotes
from instrument.experiments.experiment import Conditions, Experiment
from instrument.load.bench import Bench, Plan
from instrument.servers import Subject

STEPS = ((20, 1), (200, 1), (2000, 1), (4000, 2))  # users, and processes of Locust


@dataclass(frozen=True)
class Step(Result):
    """What one server did with so many users."""

    processes: int = 1


@dataclass(frozen=True)
class Crowd(Experiment):
    """What each server did, step by step."""

    crowds: dict[str, tuple[Step, ...]]
    PART: ClassVar[str] = "crowds"

    @classmethod
    def from_saved(cls, conditions: Conditions, part: Any) -> Self:
        crowds = {name: tuple(Step(**step) for step in steps) for name, steps in part.items()}
        return cls(conditions, crowds)

    def told(self) -> Iterator[Table | str]:
        for name, steps in self.crowds.items():
            yield f"{name}, {steps[0].workers} workers"
            yield table(steps)
            yield from footnotes(steps)

    def pictures(self) -> dict[str, str]:
        return {}

    @property
    def asked(self) -> str:
        return f"{STEPS[0][0]} to {self.conditions.users} users who don't wait"


def table(steps: tuple[Step, ...]) -> Table:
    headings = (
        "Locust\nprocesses",
        "throughput\nrequests/s",
        "\n/ ceiling",
        "median\nms",
        "Locust\nlate, ms",
        "CPU, ms\nLocust",
        "a request\nserver",
    )
    grid = new_table("users", *headings, justify="right")
    for step in steps:
        grid.add_row(
            str(step.users) + ("*" if cause(step) else ""),
            str(step.processes),
            f"{step.requests_per_second:.0f}",
            ratio_of(step),
            f"{step.median_ms:.0f}",
            f"{step.locust_late_ms:.0f}",
            f"{step.locust_ms:.2f}",
            f"{step.server_ms:.2f}",
        )
    return grid


def expected_seconds(plan: Plan, subject: Subject) -> float:
    return sum(comparison.expected_seconds(planned(plan, *step), subject) for step in steps(plan))


def steps(plan: Plan) -> list[tuple[int, int]]:
    """Return those steps that don't exceed the users that were asked for."""
    return [step for step in STEPS if step[0] <= plan.users]


def planned(plan: Plan, users: int, processes: int) -> Plan:
    return replace(plan, users=users, processes=processes)


def measure(bench: Bench, subject: Subject) -> tuple[Step, ...]:
    """Return what a subject does in each step. Raises InstrumentError."""
    found = []
    for users, processes in steps(bench.plan):
        at = replace(bench, plan=planned(bench.plan, users, processes))
        result = comparison.measure(at, subject)
        found.append(Step(**vars(result), processes=processes))
    return tuple(found)
