"""What a comparison says: the conditions, the file, the table and the sentence below it."""

import json
import os
import platform
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from importlib import metadata

from rich.box import SIMPLE_HEAD
from rich.table import Table

from compare.measure import SHORTEST_STEADY_SECONDS, Result

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


def to_json(comparison: Comparison) -> str:
    return json.dumps(asdict(comparison), indent=2) + "\n"


def from_json(text: str) -> Comparison:
    """Return the comparison that to_json wrote; raise ValueError when it is not one."""
    try:
        data = json.loads(text)
        conditions = Conditions(**data["conditions"])
        return Comparison(conditions, tuple(Result(**result) for result in data["results"]))
    except (KeyError, TypeError) as error:
        wanted = ", ".join(field.name for field in fields(Comparison))
        raise ValueError(f"not a comparison, which has {wanted}: {error}") from error


HEADINGS = (
    "throughput\nrequests/s",
    "ceiling\nrequests/s",
    "throughput\n/ ceiling",
    "median\nms",
    "95 %\nms",
    "failures",
)


def table(comparison: Comparison) -> Table:
    grid = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    grid.add_column("server", no_wrap=True, vertical="bottom")
    for heading in HEADINGS:
        grid.add_column(heading, justify="right", no_wrap=True)
    for result in comparison.results:
        grid.add_row(
            result.name,
            f"{result.requests_per_second:.2f}",
            f"{result.ceiling:.2f}",
            "too short" if result.too_short else f"{result.ratio:.3f}",
            f"{result.median_ms:.0f}",
            f"{result.p95_ms:.0f}",
            str(result.failures),
        )
    return grid


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
    if any(result.too_short for result in results):
        told.append(
            f"A steady part below {SHORTEST_STEADY_SECONDS} s is too short to judge: "
            f"use --seconds {SHORTEST_STEADY_SECONDS} or more."
        )
    for result in results:
        if result.failures:
            told.append(
                f"{result.name}: {result.failures} of {result.requests} requests failed, "
                "so that its figures are not to be trusted."
            )
    return told


def processes(workers: int) -> str:
    return "process" if workers == 1 else f"{workers} processes"
