"""The comparison: servers one after the other under the same load, beside their ceilings."""

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

from rich.table import Table

from instrument.arithmetic.measure import (
    SHORTEST_STEADY_SECONDS,
    Steady,
    TooFewAnswers,
    evaluate_run,
    lateness,
    load_seconds,
    spawn_rate,
    steady_part,
)
from instrument.edges.errors import InstrumentError
from instrument.experiments.columns import HEADINGS, measured, new_table
from instrument.experiments.experiment import Conditions, Experiment, so_many_processes
from instrument.experiments.figure import MARK_COLOUR, OF_INTERFACE, picture
from instrument.load.bench import Bench, Plan, put_load
from instrument.load.calibration import calibrate
from instrument.servers import Subject, Work, sets_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OTHERS = 0.05  # of all CPUs: what other programs may use before they are mentioned
SPEED = 0.03  # by which CPUs may change their speed, with the server's own work for a request
LATE = 0.01  # of the median latency: how late a sleeper may wake before it is mentioned
NEAR = 0.02  # of its ceiling: a server that comes as near was not held up
ALIKE = 1.15  # times: what differs by less is noise


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


@dataclass(frozen=True)
class Comparison(Experiment):
    """The results of one run, in the order of the servers."""

    results: tuple[Result, ...]
    PART: ClassVar[str] = "results"

    @classmethod
    def from_saved(cls, conditions: Conditions, part: Any) -> Self:
        return cls(conditions, tuple(Result(**each) for each in part))

    def told(self, guesses: dict[str, float] | None = None) -> Iterator[Table | str]:
        yield table(self, guesses)
        if said := list(sentences(self)):
            yield from ("", *said)

    def pictures(self) -> dict[str, str]:
        return {"": draw(self)}

    @property
    def asked(self) -> str:
        users = f"{self.conditions.users} users who don't wait"
        return f"{users}, {self.conditions.seconds} s of steady load"


def table(comparison: Comparison, guesses: dict[str, float] | None = None) -> Table:
    """Return the results as a table, with a column of guesses when there are any."""
    grid = new_table("server", *HEADINGS, *(["your guess\nrequests/s"] if guesses else []))
    for result in comparison.results:
        grid.add_row(
            marked(result),
            *measured(result),
            *([f"{guesses[result.name]:.2f}"] if guesses else []),
        )
    return grid


def marked(result: Result) -> str:
    return result.name + ("*" if cause(result) else "")


def cause(result: Result) -> str | None:
    """Return what else than the server has shaped a result, or None."""
    if result.other_cpu > OTHERS:
        return f"{told_of_others(result)}: close them and measure again"
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


def told_of_others(result: Result) -> str:
    return f"other programs used {100 * result.other_cpu:.0f} % of the CPUs"


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


def sentences(comparison: Comparison) -> Iterator[str]:
    """Yield what happened, and what to mind, in a sentence each."""
    results = sorted(comparison.results, key=lambda result: result.requests_per_second)
    workers = comparison.conditions.workers
    if any(is_doubtful(result) for result in results):
        yield "The rows with an asterisk do not show the servers alone, so nothing is concluded from them."
    elif len(results) > 1:
        slowest, fastest = results[0], results[-1]
        times = fastest.requests_per_second / slowest.requests_per_second
        yield (
            f"With the same {so_many_processes(workers)}, {fastest.name} answered "
            f"{times:.1f} times as many requests as {slowest.name}."
        )
    if len(results) > 1 and len(sets := sets_of(result.name for result in results)) == 1:
        yield f"The one knob that differs is {sets[0].knob}."
    if any(result.too_short for result in results):
        yield (
            f"A steady part below {SHORTEST_STEADY_SECONDS} s is too short to judge: "
            f"use --seconds {SHORTEST_STEADY_SECONDS} or more."
        )
    for result in comparison.results:
        if result.failures:
            yield (
                f"{result.name}: {result.failures} of {result.requests} requests failed, "
                "so don't rely on its figures."
            )
        if why := cause(result):
            yield f"* {result.name}: {why}."


def verdict(comparison: Comparison, guesses: dict[str, float]) -> str:
    """Return which guesses were right, which is within 10 % of what was measured."""
    right = [
        result.name
        for result in comparison.results
        if abs(guesses[result.name] / result.requests_per_second - 1) <= 0.1
    ]
    count = f"{len(right)} of {len(comparison.results)}"
    return f"You had {count} right within 10 %" + (f": {', '.join(right)}." if right else ".")


def title_of(comparison: Comparison) -> str:
    """Return what the picture shows: which server answers more, or that all answer alike."""
    results = sorted(comparison.results, key=lambda result: result.requests_per_second)
    slowest, fastest = results[0], results[-1]
    times = fastest.requests_per_second / slowest.requests_per_second
    if any(is_doubtful(result) for result in results):
        return "What Locust measured on a busy machine, not what the servers can answer"
    if len(results) == 1:
        return f"{fastest.name} answers {rounded(fastest.requests_per_second)} requests a second"
    if times <= ALIKE:
        return f"{len(results)} servers answer alike: the fastest {times:.2f} times the slowest"
    return f"{fastest.name} answers {times:.1f} times as many requests as {slowest.name}"


def rounded(number: float) -> str:
    return f"{number:.1f}" if number < 1000 else f"{number:,.0f}"


def draw(comparison: Comparison) -> str:
    """A bar for each measured throughput, a mark at each ceiling, from zero."""
    results = comparison.results

    def fill(figure: "Figure") -> None:
        axes = figure.add_subplot()
        for row, result in enumerate(results):
            found = result.requests_per_second
            axes.barh(row, found, height=0.6, color=OF_INTERFACE[result.interface])
            label = rounded(found)
            if result.ceiling is not None:
                label += f" of {rounded(result.ceiling)}"
                axes.plot(
                    [result.ceiling] * 2, [row - 0.4, row + 0.4], color=MARK_COLOUR, linewidth=3
                )
            axes.annotate(
                label,
                (max(found, result.ceiling or 0), row),
                xytext=(8, 0),
                textcoords="offset points",
                verticalalignment="center",
            )
        highest = max(max(each.requests_per_second, each.ceiling or 0) for each in results)
        axes.set_xlim(0, highest * 1.35)
        axes.locator_params("x", nbins=5, steps=[1, 2, 5, 10])
        axes.xaxis.set_major_formatter("{x:,g}")
        axes.set_ylim(len(results) - 0.4, -0.6)
        axes.set_yticks(range(len(results)), [marked(result) for result in results])
        mark = ", grey mark: ceiling" if any(each.ceiling for each in results) else ""
        axes.set_xlabel(f"throughput in requests/s (blue: WSGI, orange: ASGI{mark})")

    return picture(fill, comparison, 1.7 + 0.7 * len(results), title_of(comparison))


def expected_seconds(plan: Plan, subject: Subject) -> float:
    return load_seconds(plan.users, plan.seconds, plan.ceiling(subject, plan.users))


def measure(bench: Bench, subject: Subject) -> Result:
    """Return what a subject does; measure again, once, when other programs have spoiled it."""
    result = measure_once(bench, subject)
    if is_spoiled(result):
        bench.display.say(f"{subject.name}: {told_of_others(result)}, so it is measured again")
        result = measure_once(bench, subject)
    return result


def measure_once(bench: Bench, subject: Subject) -> Result:
    """Start a subject, put load on it, stop it, and return what the steady part says.

    Locust's report stays in the scratch folder as NAME.html.
    Raises InstrumentError when one of them fails, or too few requests are answered.
    """
    plan = bench.plan
    if subject.work is Work.COMPUTE:  # anew, since CPUs change their speed
        plan = replace(plan, cpu_seconds=calibrate(bench.scratch))
    ceiling = plan.ceiling(subject, plan.users)
    seconds = expected_seconds(plan, subject)
    arguments = ["--users", str(plan.users), "--spawn-rate", str(spawn_rate(plan.users))]
    arguments += ["--run-time", f"{seconds}s"]
    arguments += ["--html", str(bench.scratch / f"{subject.name}.html")]
    command, recording = put_load(bench, subject, seconds, arguments)
    try:
        steady = evaluate_run(recording, plan.seconds, plan.users, ceiling)
    except TooFewAnswers as error:
        told = f"{subject.name}: {error} in the steady part"
        raise InstrumentError(told, bench.log(subject)) from error
    part = steady_part(recording, plan.seconds, plan.users, ceiling)
    if steady.steady_seconds < plan.seconds:
        early = plan.seconds - steady.steady_seconds
        raise InstrumentError(f"Locust stopped {early:.0f} s too early")
    return Result(
        name=subject.name,
        interface=subject.server.interface,
        app=subject.app,
        command=shlex.join(command),
        workers=plan.workers,
        locust_cpu=round(recording.locust_cpu, 3),
        machine_cpu=round(recording.machine_cpu, 3),
        other_cpu=round(recording.other_cpu, 3),
        server_ms=round(recording.server_ms, 3),
        locust_ms=round(recording.locust_ms, 3),
        locust_late_ms=round(lateness(recording.late, *part), 2),
        machine_late_ms=round(lateness(recording.machine_late, *part), 2),
        computing_ms=round(1000 * plan.cpu_seconds, 1) if subject.work is Work.COMPUTE else 0.0,
        **asdict(steady),
    )
