"""The sweep: users double step by step, until the knee and beyond."""

import json
import math
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import ClassVar

from rich.table import Table

from instrument.arithmetic.measure import Steady, TooFewAnswers, evaluate, sweep_seconds
from instrument.edges.errors import InstrumentError
from instrument.experiments.arguments import add_place, add_servers, add_users, add_workers, chosen
from instrument.experiments.columns import new_table, ratio_of
from instrument.experiments.experiment import Experiment, Kind, one_by_one
from instrument.experiments.figure import log_axes, new_figure, picture, style_of
from instrument.load.bench import Bench, Plan, put_load
from instrument.servers import Subject, Work


@dataclass(frozen=True)
class Sweep(Experiment):
    """What each server did with 1, 2, 4, … users."""

    steps: dict[str, tuple[Steady, ...]]
    PART: ClassVar[str] = "steps"

    def told(self) -> Iterator[Table | str]:
        yield table(self)

    def pictures(self) -> dict[str, str]:
        throughput = title_of(self, "bends at {} users", "follows the users")
        latency = title_of(self, "rises from {} users on", "stays flat")
        return {
            "-throughput": draw(
                self,
                f"Throughput: {throughput}",
                "throughput in requests/s",
                predicted=lambda step: step.ceiling or math.nan,
                measured=lambda step: step.requests_per_second,
            ),
            "-latency": draw(
                self,
                f"Latency: {latency}",
                "median latency in s",
                predicted=lambda step: step.users / (step.ceiling or math.nan),  # by Little's law
                measured=lambda step: step.median_ms / 1000,
            ),
        }

    @property
    def asked(self) -> str:
        return f"1 to {self.conditions.users} users who don't wait"


def table(sweep: Sweep) -> Table:
    """Return throughput, throughput / ceiling and the median latency of each step."""
    headings = [
        heading
        for name in sweep.steps
        for heading in (f"{name}\nrequests/s", "\n/ ceiling", "median\nms")
    ]
    grid = new_table("users", *headings, justify="right")
    for row in zip(*sweep.steps.values(), strict=True):
        cells = [str(row[0].users)]
        for step in row:
            cells += [f"{step.requests_per_second:.2f}", ratio_of(step), f"{step.median_ms:.0f}"]
        grid.add_row(*cells)
    return grid


def title_of(sweep: Sweep, beyond: str, flat: str) -> str:
    """Return what becomes of each server beyond its knee, and then of those that have none."""
    knees = {name: knee_of(steps) for name, steps in sweep.steps.items()}
    bent = [f"{name} {beyond.format(knee)}" for name, knee in knees.items() if knee]
    return ", ".join(bent + [f"{name} {flat}" for name, knee in knees.items() if not knee])


def knee_of(steps: tuple[Steady, ...]) -> int | None:
    """Return with how many users a server is full, where more were tried."""
    answered = [step.users for step in steps if step.ceiling and step.ceiling >= step.users]
    return answered[-1] if answered and answered[-1] < steps[-1].users else None


def draw(
    sweep: Sweep,
    title: str,
    quantity: str,
    predicted: Callable[[Steady], float],
    measured: Callable[[Steady], float],
) -> str:
    """Measured points on predicted lines, both axes logarithmic."""
    figure = new_figure(5.2)
    axes = figure.add_subplot()
    for place, (name, steps) in enumerate(sweep.steps.items()):
        users = [step.users for step in steps]
        colour, marker = style_of(name, place)
        size = max(12 - 2 * place - 2 * (place > 0), 3)  # so that all are seen where they meet
        axes.plot(users, [*map(predicted, steps)], color=colour, linewidth=1.5)
        axes.plot(users, [*map(measured, steps)], marker, color=colour, markersize=size, label=name)
    log_axes(axes, quantity)
    axes.legend(loc="upper left", title="measured (points), predicted (lines)", frameon=False)
    return picture(figure, sweep, title)


def add_arguments(command: ArgumentParser) -> None:
    add_servers(command)
    add_users(command, 256, "in the last step, default: 256")
    add_workers(command)
    add_place(command)


def subjects_of(options: Namespace) -> list[Subject]:
    for subject in (subjects := chosen(options)):
        if subject.work is Work.NOTHING:
            raise InstrumentError(f"{subject.name} has no ceiling, and so no knee: choose another")
    return subjects


def expected_seconds(plan: Plan, subject: Subject) -> float:
    return sweep_seconds(plan.users, partial(plan.ceiling, subject))


def measure(bench: Bench, subject: Subject) -> tuple[Steady, ...]:
    """Return what was measured at 1, 2, 4, … users, in one run of Locust.

    Raises InstrumentError when the subject or Locust fails.
    """
    plan = bench.calibrated(subject)
    ceiling = cache(partial(plan.ceiling, subject))
    marks = bench.scratch / f"{subject.name}.marks.json"
    arguments = ["--highest", str(plan.users), "--marks", str(marks)]
    seconds = sweep_seconds(plan.users, ceiling)
    _, recording = put_load(bench, subject, seconds, arguments, "doubling")

    def steady(start: float, end: float, users: int, **_: object) -> Steady:
        try:
            return evaluate(recording.completions, start, end, users, ceiling(users))
        except TooFewAnswers as error:
            told = f"{subject.name}: {error} at {users} users"
            raise InstrumentError(told, bench.log(subject)) from error

    return tuple(steady(**step) for step in json.loads(marks.read_text(encoding="utf-8")))


KIND = Kind(
    "sweep",
    "double the users step by step, and draw throughput and latency",
    Sweep,
    add_arguments,
    one_by_one(Sweep, measure),
    expected_seconds,
    subjects_of,
)
