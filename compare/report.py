"""What a comparison says: the conditions, the file, the table and the sentence below it."""

import json
import os
import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib import metadata

from rich.box import SIMPLE_HEAD
from rich.table import Table

from compare.measure import SATURATED, SHORTEST_STEADY_SECONDS, Result, Steady
from compare.servers import SERVERS, SETS

PACKAGES = ("gunicorn", "uvicorn", "uvicorn-worker", "starlette", "locust")


@dataclass(frozen=True)
class Conditions:
    """What the measured figures depend on."""

    users: int
    seconds: int
    workers: int
    cpus: int
    python: str
    platform: str
    versions: dict[str, str]
    date: str  # UTC, ISO 8601

    @classmethod
    def here_and_now(cls, users: int, seconds: int, workers: int) -> "Conditions":
        """Raise PackageNotFoundError when one of the compared packages is not installed."""
        return cls(
            users=users,
            seconds=seconds,
            workers=workers,
            cpus=os.cpu_count() or 1,
            python=platform.python_version(),
            platform=f"{platform.system()} {platform.machine()}",
            versions={name: metadata.version(name) for name in PACKAGES},
            date=datetime.now(UTC).isoformat(timespec="seconds"),
        )


@dataclass(frozen=True)
class Comparison:
    """The results of one run, in the order of the servers, and their conditions."""

    conditions: Conditions
    results: tuple[Result, ...]


@dataclass(frozen=True)
class Sweep:
    """What each server did with 1, 2, 4, … users, and the conditions."""

    conditions: Conditions
    steps: dict[str, tuple[Steady, ...]]


@dataclass(frozen=True)
class Timeline:
    """When each of the requests was sent and answered, in s, and the conditions."""

    conditions: Conditions
    requests: dict[str, list[tuple[float, float]]]


Data = Comparison | Sweep | Timeline


def to_json(data: Data) -> str:
    return json.dumps(asdict(data), indent=2) + "\n"


def from_json(text: str) -> Data:
    """Return what to_json wrote; raise ValueError when it is something else."""
    try:
        data = json.loads(text)
        conditions = Conditions(**data["conditions"])
        if "results" in data:
            return Comparison(conditions, tuple(Result(**each) for each in data["results"]))
        if "steps" in data:
            steps = {
                name: tuple(Steady(**step) for step in each) for name, each in data["steps"].items()
            }
            return Sweep(conditions, steps)
        requests = {
            name: [(sent, done) for sent, done in each] for name, each in data["requests"].items()
        }
        return Timeline(conditions, requests)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not what the instrument writes ({error!r})") from error


HEADINGS = (
    "throughput\nrequests/s",
    "ceiling\nrequests/s",
    "throughput\n/ ceiling",
    "median\nms",
    "95 %\nms",
    "failures",
)


def table(comparison: Comparison, guesses: dict[str, float] | None = None) -> Table:
    """Return the results as a table, with a column of guesses when there are any."""
    grid = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    grid.add_column("server", no_wrap=True, vertical="bottom")
    for heading in (*HEADINGS, *(["your guess\nrequests/s"] if guesses else [])):
        grid.add_column(heading, justify="right", no_wrap=True)
    for result in comparison.results:
        grid.add_row(
            result.name + ("*" if saturation(result) else ""),
            f"{result.requests_per_second:.2f}",
            "none" if result.ceiling is None else f"{result.ceiling:.2f}",
            ratio_of(result),
            f"{result.median_ms:.0f}",
            f"{result.p95_ms:.0f}",
            str(result.failures),
            *([f"{guesses[result.name]:.2f}"] if guesses else []),
        )
    return grid


def ratio_of(result: Steady) -> str:
    if result.too_short:
        return "too short"
    return "none" if result.ratio is None else f"{result.ratio:.3f}"


def steps_table(sweep: Sweep) -> Table:
    """Return throughput / ceiling and the median latency of each step."""
    grid = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    grid.add_column("users", justify="right", vertical="bottom")
    for name in sweep.steps:
        for heading in (f"{name}\nrequests/s", "\n/ ceiling", "median\nms"):
            grid.add_column(heading, justify="right", no_wrap=True)
    for row in zip(*sweep.steps.values(), strict=True):
        cells = [str(row[0].users)]
        for step in row:
            cells += [
                f"{step.requests_per_second:.2f}",
                ratio_of(step),
                f"{step.median_ms:.0f}",
            ]
        grid.add_row(*cells)
    return grid


def saturation(result: Result) -> str | None:
    """Return why a result says more of the load generator than of the server, or None."""
    if result.locust_cpu > SATURATED:
        share = f"{result.locust_cpu:.0%}"
        return f"Locust had its CPU busy for {share} of the time: add --processes 2, or more"
    if result.machine_cpu > SATURATED:
        return f"the CPUs were busy for {result.machine_cpu:.0%} of the time, with Locust's share"
    return None


def sentences(comparison: Comparison) -> list[str]:
    """Return what happened, and what to mind, in a sentence each."""
    told = []
    results = sorted(comparison.results, key=lambda result: result.requests_per_second)
    workers = comparison.conditions.workers
    if len(results) > 1:
        slowest, fastest = results[0], results[-1]
        times = fastest.requests_per_second / slowest.requests_per_second
        told.append(
            f"With the same {processes(workers)}, {fastest.name} answered "
            f"{times:.1f} times as many requests as {slowest.name}."
        )
        told += [f"The one knob that differs is {knob}." for knob in knobs(comparison)]
    if any(result.too_short for result in results):
        told.append(
            f"A steady part below {SHORTEST_STEADY_SECONDS} s is too short to judge: "
            f"use --seconds {SHORTEST_STEADY_SECONDS} or more."
        )
    for result in comparison.results:
        if result.failures:
            told.append(
                f"{result.name}: {result.failures} of {result.requests} requests failed, "
                "so that its figures are not to be trusted."
            )
        if why := saturation(result):
            told.append(f"* {result.name}: {why}.")
    return told


def knobs(comparison: Comparison) -> list[str]:
    """Return the knob in which the servers differ, when they are of one set."""
    names = {result.name for result in comparison.results}
    sets = {server.set for server in SERVERS if server.name in names}
    return [each.knob for each in SETS if sets == {each.name}]


def verdict(comparison: Comparison, guesses: dict[str, float]) -> str:
    """Return which guesses were right, which is within 10 % of what was measured."""
    right = [
        result.name
        for result in comparison.results
        if abs(guesses[result.name] / result.requests_per_second - 1) <= 0.1
    ]
    count = f"{len(right)} of {len(comparison.results)}"
    return f"You had {count} right within 10 %" + (f": {', '.join(right)}." if right else ".")


def processes(workers: int) -> str:
    return "process" if workers == 1 else f"{workers} processes"
