"""The size of a server for the reader's own application: what was seen, predicted and proved."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from rich.table import Table

from instrument.arithmetic.answer import Memory, file_for
from instrument.arithmetic.measure import OTHERS
from instrument.arithmetic.sizing import BUSY_CPU, Rung, requests_worked_on, suspects
from instrument.edges.program import COULD_NOT
from instrument.experiments.columns import Columns, filled
from instrument.experiments.experiment import Experiment
from instrument.experiments.figure import (
    BLUE,
    GREY,
    ORANGE,
    annotate,
    log_axes,
    new_figure,
    picture,
)
from instrument.experiments.result import told_of_others

DOES_NOT_FIT = 3


@dataclass(frozen=True)
class Profile:
    """What one process did with requests for one path."""

    path: str
    seconds: float  # of a request with one user
    cpu_seconds: float | None  # of it; None where the server's process is unknown
    ladder: tuple[Rung, ...]
    why: str  # slots, computes, unbounded or fails
    holds: float | None  # requests in progress at most; None where that is unbounded
    interface: str | None = None  # None where the server is not ours
    threads: int | None = None  # of the process, where it has some
    locust_seconds: float = 0.0  # CPU seconds that Locust needed for a request
    memory: Memory | None = None
    notes: tuple[str, ...] = ()

    @property
    def fastest(self) -> float:
        return max(rung.requests_per_second for rung in self.ladder)


@dataclass(frozen=True)
class Configuration:
    """A command, between which throughputs it was predicted to be, and what was measured."""

    command: str
    low: float
    high: float
    measured: float
    fits: bool
    path: str
    users: int
    megabytes: float  # of all its processes together, at most
    error: str = ""  # of requests that failed
    other_cpu: float = 0.0  # share of all CPUs that other programs used


@dataclass(frozen=True)
class Sizing(Experiment):
    """The ladder of each path, the configurations that were tried, and the answer."""

    paths: tuple[Profile, ...]
    configurations: tuple[Configuration, ...] = ()
    answer: str | None = None
    reasons: tuple[str, ...] = ()  # of the answer, or why there is none
    PART: ClassVar[str] = "paths"

    @property
    def fits(self) -> bool:
        return all(each.fits for each in self.configurations)

    @property
    def exit_status(self) -> int:
        if any(each.why == "fails" for each in self.paths):
            return COULD_NOT
        return 0 if self.fits else DOES_NOT_FIT

    @property
    def reports(self) -> list[str]:
        return [file_for(self.answer)] if self.answer else []

    def told(self) -> Iterator[Table | str]:
        for each in self.paths:
            yield summary(each)
            yield table(each)
            yield meaning(each, self.conditions.cpus)
            yield from each.notes
            yield from marks(each.ladder)
            yield ""
        if self.configurations:
            yield proofs(self.configurations)
            yield from misfits(self.configurations)
            yield from marks(self.configurations)
            yield ""
        yield from self.reasons
        if self.answer:
            yield f"  $ {self.answer}"

    def pictures(self) -> dict[str, str]:
        return {
            f"-{place}" if place > 1 else "": draw(self, each)
            for place, each in enumerate(self.paths, start=1)
        }

    @property
    def asked(self) -> str:
        last = max(each.ladder[-1].users for each in self.paths)
        return f"1 to {last} users who don't wait"


def summary(profile: Profile) -> str:
    cpu = profile.cpu_seconds
    used = "" if cpu is None else f", of which {cpu:.4f} s are CPU"
    return f"{profile.path}: one request takes {profile.seconds:.3f} s{used}"


def table(profile: Profile) -> Table:
    """Return throughput, requests in progress and CPU of each rung."""
    columns: Columns = {
        "throughput\nrequests/s": lambda rung: f"{rung.requests_per_second:.1f}",
        "in\nprogress": lambda rung: f"{requests_worked_on(rung, profile.seconds):.1f}",
        "median\ns": lambda rung: known(rung.median_seconds, ".3f", "none"),
        "CPU": lambda rung: known(rung.cpu, ".2f", "unknown"),
    }
    rows = ((f"{rung.users}{star(rung)}", rung) for rung in profile.ladder)
    return filled("users", columns, rows, justify="right")


def known(value: float | None, form: str, otherwise: str) -> str:
    return otherwise if value is None else f"{value:{form}}"


def star(seen: Rung | Configuration) -> str:
    return "*" if seen.other_cpu > OTHERS else ""


def marks(every: tuple[Rung | Configuration, ...]) -> Iterator[str]:
    spoiled = [each for each in every if star(each)]
    if spoiled:
        worst = max(spoiled, key=lambda each: each.other_cpu)
        yield f"* {told_of_others(worst.other_cpu)}: close them and measure again."


def meaning(profile: Profile, cpus: int) -> str:
    """Return why the ladder ends where it does, in two or three sentences."""
    last, held = profile.ladder[-1], profile.holds or 0.0
    if profile.why == "fails":
        return (
            f"With {last.users} users requests fail ({last.error}), and {held:.1f} are in progress: "
            "mend that first, for instance a pool and its time-out."
        )
    if profile.why == "unbounded":
        return f"No plateau with {last.users} users: one process holds as many as come."
    if profile.why == "computes":
        each, cpu = min(1 / profile.fastest, profile.cpu_seconds or math.inf), last.cpu or 0.0
        more = "" if cpu >= BUSY_CPU else f", and wanted {last.cpu_waits:.2f} more"
        less = (
            ", less than its CPU: something releases the interpreter's lock"
            if profile.cpu_seconds and each < BUSY_CPU * profile.cpu_seconds
            else ""
        )
        return (
            f"The process uses {cpu:.2f} of a CPU{more}: it computes. "
            f"It needs {each:.4f} s for each request{less}."
        )
    found = suspects(held, cpus, profile.threads, profile.interface == "asgi")
    idle = "" if last.cpu is None else f" while it uses {last.cpu:.2f} of a CPU"
    unknown = " Or it computes: --pid tells." if last.cpu is None else ""
    what = "request" if round(held) == 1 else "requests"
    return (
        f"One process holds {held:.0f} {what} at once{idle}: something holds others back. "
        f"Usual suspects: {', '.join(found)}.{unknown}"
    )


PROOFS: Columns = {
    "users": lambda each: str(each.users),
    "predicted\nrequests/s": lambda each: f"{each.low:.1f} to {each.high:.1f}",
    "measured\nrequests/s": lambda each: f"{each.measured:.1f}",
    "memory\nMB": lambda each: f"{each.megabytes:.0f}",
    "": lambda each: "fits" if each.fits else "does not fit",
}


def proofs(configurations: tuple[Configuration, ...]) -> Table:
    apps = {each.command.split()[-1] for each in configurations}
    app = f" {apps.pop()}" if len(apps) == 1 else ""  # the same in each, and often long
    rows = ((each.command.removesuffix(app) + star(each), each) for each in configurations)
    return filled("configuration", PROOFS, rows)


def misfits(configurations: tuple[Configuration, ...]) -> Iterator[str]:
    for each in configurations:
        if not each.fits:
            failed = f", and requests failed ({each.error})" if each.error else ""
            yield (
                f"The model does not fit {each.command}: predicted {each.low:.1f} to "
                f"{each.high:.1f} requests/s, measured {each.measured:.1f}{failed}."
            )


def title_of(profile: Profile) -> str:
    what = {
        "fails": f"requests fail with {profile.ladder[-1].users} users",
        "unbounded": "one process holds as many as come",
        "computes": f"it computes: {profile.fastest:.3g} requests/s from one process",
        "slots": f"one process holds {profile.holds or 0:.0f} at once",
    }
    return f"{profile.path}: {what[profile.why]}"


def draw(sizing: Sizing, profile: Profile) -> str:
    """The rungs, the line that U / S gives, and the plateau."""
    figure = new_figure(4.6)
    axes = figure.add_subplot()
    users = [rung.users for rung in profile.ladder]
    found = [rung.requests_per_second for rung in profile.ladder]
    axes.plot(users, [each / profile.seconds for each in users], color=GREY, linewidth=1.5)
    last = users[-1], users[-1] / profile.seconds
    annotate(axes, "users / seconds", last, (-14, -4), ha="right")
    if profile.holds:
        axes.axhline(profile.fastest, color=ORANGE, linewidth=1.5)
        told = f"plateau: {profile.holds:.3g} in progress"
        annotate(axes, told, (users[0], profile.fastest), (6, -14), color=ORANGE)
    axes.plot(users, found, "o", color=BLUE, markersize=8)
    log_axes(axes, "throughput in requests/s")
    return picture(figure, sizing, title_of(profile))
