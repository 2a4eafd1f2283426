"""The comparison: servers one after the other under the same load, beside their ceilings."""

import shlex
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import ClassVar

from rich.table import Table

from command_line import whole_number
from instrument.arithmetic.measure import (
    SHORTEST_STEADY_SECONDS,
    TooFewAnswers,
    evaluate,
    lateness,
    load_seconds,
    spawn_rate,
    steady_part,
)
from instrument.edges.errors import InstrumentError
from instrument.experiments.arguments import add_place, add_servers, add_users, add_workers, chosen
from instrument.experiments.columns import Columns, filled, ratio_of
from instrument.experiments.experiment import Experiment, Kind, one_by_one, so_many_processes
from instrument.experiments.figure import GREY, OF_INTERFACE, annotate, new_figure, picture
from instrument.experiments.result import Result, cause, is_doubtful, is_spoiled, told_of_others
from instrument.load.bench import Bench, Plan, put_load
from instrument.servers import SETS, SUBJECTS, WAITING, Subject, Work, sets_of

ALIKE = 1.15  # times: what differs by less is noise
COLUMNS: Columns = {
    "throughput\nrequests/s": lambda result: f"{result.requests_per_second:.2f}",
    "ceiling\nrequests/s": lambda result: (
        "none" if result.ceiling is None else f"{result.ceiling:.2f}"
    ),
    "throughput\n/ ceiling": ratio_of,
    "median\nms": lambda result: f"{result.median_ms:.0f}",
    "95 %\nms": lambda result: f"{result.p95_ms:.0f}",
    "failures": lambda result: str(result.failures),
}


@dataclass(frozen=True)
class Comparison(Experiment):
    """The results of one run, in the order of the servers."""

    results: tuple[Result, ...]
    PART: ClassVar[str] = "results"

    def told(self, guesses: dict[str, float] | None = None) -> Iterator[Table | str]:
        yield table(self, guesses)
        if said := list(sentences(self)):
            yield from ("", *said)

    def pictures(self) -> dict[str, str]:
        return {"": draw(self)}

    @property
    def reports(self) -> list[str]:
        return [f"{each.name}.html" for each in self.results]

    @property
    def asked(self) -> str:
        users = f"{self.conditions.users} users who don't wait"
        return f"{users}, {self.conditions.seconds} s of steady load"


def table(comparison: Comparison, guesses: dict[str, float] | None = None) -> Table:
    """Return the results as a table, with a column of guesses when there are any."""
    columns = dict(COLUMNS)
    if guesses:
        columns["your guess\nrequests/s"] = lambda result: f"{guesses[result.name]:.2f}"
    return filled("server", columns, ((marked(result), result) for result in comparison.results))


def marked(result: Result) -> str:
    return result.name + ("*" if cause(result) else "")


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
    figure = new_figure(1.7 + 0.7 * len(results))
    axes = figure.add_subplot()
    for row, result in enumerate(results):
        found = result.requests_per_second
        axes.barh(row, found, height=0.6, color=OF_INTERFACE[result.interface])
        label = rounded(found)
        if result.ceiling is not None:
            label += f" of {rounded(result.ceiling)}"
            axes.plot([result.ceiling] * 2, [row - 0.4, row + 0.4], color=GREY, linewidth=3)
        annotate(axes, label, (max(found, result.ceiling or 0), row), (8, 0), va="center")
    highest = max(max(each.requests_per_second, each.ceiling or 0) for each in results)
    axes.set_xlim(0, highest * 1.35)
    axes.locator_params("x", nbins=5, steps=[1, 2, 5, 10])
    axes.xaxis.set_major_formatter("{x:,g}")
    axes.set_ylim(len(results) - 0.4, -0.6)
    axes.set_yticks(range(len(results)), [marked(result) for result in results])
    mark = ", grey mark: ceiling" if any(each.ceiling for each in results) else ""
    axes.set_xlabel(f"throughput in requests/s (blue: WSGI, orange: ASGI{mark})")
    return picture(figure, comparison, title_of(comparison))


def add_arguments(command: ArgumentParser) -> None:
    add_servers(command)
    names = [each.name for each in SETS]
    told = "measure all servers of one set, and save it under its name"
    either = command.add_mutually_exclusive_group()
    either.add_argument("--set", choices=names, help=told)
    told = f"the same as --set {WAITING.name}"
    either.add_argument("--all", dest="set", action="store_const", const=WAITING.name, help=told)
    told = "list the servers and sets, and measure nothing"
    command.add_argument("--list", dest="work", action="store_const", const=list_servers, help=told)
    add_users(command, None, f"default: {users_by_default()}")
    add_workers(command)
    told = "processes of Locust; use more for many users (default: %(default)s)"
    command.add_argument("--processes", type=whole_number(1, 16), default=1, help=told)
    add_place(command)
    told = "length of the steady part that is measured, after spawning (default: %(default)s)"
    command.add_argument("--seconds", type=whole_number(1, 3600), default=10, help=told)


def users_by_default() -> str:
    others = [
        f"{each.users} in the set {each.name}" for each in SETS if each.users != WAITING.users
    ]
    return "; ".join([str(WAITING.users), *others])


def list_servers(options: Namespace) -> None:
    for subject in SUBJECTS.values():
        print(f"{subject.name:24}{subject.app:32}{subject.teaches}")
    for each in SETS:
        names = ", ".join(subject.name for subject in each.subjects)
        print(f"{each.name:24}set of {names}; the knob is {each.knob}: {each.teaches}")


def subjects_of(options: Namespace) -> list[Subject]:
    """Return the servers that were named, or those of the set that was."""
    if options.set and options.servers:
        raise InstrumentError("name servers, or a set, but not both")
    wanted = [each.subjects for each in SETS if each.name == options.set]
    return list(*wanted) or chosen(options)


def plan_of(options: Namespace, subjects: list[Subject]) -> Plan:
    """Return what was asked for; without --users, as many as the subjects' sets want."""
    sets = sets_of(subject.name for subject in subjects)
    users = options.users or max(each.users for each in sets)
    return Plan(users, options.seconds, options.workers, options.processes, options.port)


def expected_seconds(plan: Plan, subject: Subject) -> float:
    return load_seconds(plan.users, plan.seconds, plan.ceiling(subject, plan.users))


def measure(bench: Bench, subject: Subject) -> Result:
    """Return what a subject does; measure again, once, when other programs have spoiled it."""
    result = measure_once(bench, subject)
    if is_spoiled(result):
        bench.display.say(
            f"{subject.name}: {told_of_others(result.other_cpu)}, so it is measured again"
        )
        result = measure_once(bench, subject)
    return result


def measure_once(bench: Bench, subject: Subject) -> Result:
    """Start a subject, put load on it, stop it, and return what the steady part says.

    Locust's report stays in the scratch folder as NAME.html.
    Raises InstrumentError when one of them fails, or too few requests are answered.
    """
    plan = bench.calibrated(subject)
    ceiling = plan.ceiling(subject, plan.users)
    seconds = load_seconds(plan.users, plan.seconds, ceiling)
    arguments = ["--users", str(plan.users), "--spawn-rate", str(spawn_rate(plan.users))]
    arguments += ["--run-time", f"{seconds}s"]
    arguments += ["--html", str(bench.scratch / f"{subject.name}.html")]
    command, recording = put_load(bench, subject, seconds, arguments)
    part = steady_part(recording, plan.seconds, plan.users, ceiling)
    try:
        steady = evaluate(recording.completions, *part, plan.users, ceiling)
    except TooFewAnswers as error:
        told = f"{subject.name}: {error} in the steady part"
        raise InstrumentError(told, bench.log(subject)) from error
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


KIND = Kind(
    "run",
    "measure servers one after the other, and print a table",
    Comparison,
    add_arguments,
    one_by_one(lambda conditions, found: Comparison(conditions, tuple(found.values())), measure),
    expected_seconds,
    subjects_of,
    plan_of,
    file_name=lambda options: options.set or "comparison",
)
