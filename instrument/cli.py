"""What each command does, and main."""

import argparse
import math
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

from instrument import servers
from instrument.arguments import parse
from instrument.arithmetic.measure import SHORTEST_STEADY_SECONDS
from instrument.edges import signals
from instrument.edges.check import FRAMEWORK_REQUIREMENTS, is_ready, need_packages
from instrument.edges.display import Display
from instrument.edges.errors import InstrumentError, not_installed
from instrument.edges.files import writable, write
from instrument.edges.processes import ROOT
from instrument.edges.program import COULD_NOT, run_program
from instrument.edges.signals import Interrupted
from instrument.experiments import comparison, crowd, mending, spread, sweep, timeline
from instrument.experiments.comparison import Comparison, verdict
from instrument.experiments.crowd import Crowd
from instrument.experiments.experiment import Conditions, Experiment
from instrument.experiments.mending import Mending
from instrument.experiments.saved import read, write_pictures
from instrument.experiments.spread import Spread
from instrument.experiments.sweep import Sweep
from instrument.experiments.timeline import Timeline
from instrument.faults import tables
from instrument.faults.table import try_table
from instrument.load.bench import Bench, Plan, allow_connections
from instrument.load.calibration import calibrate
from instrument.load.open_lab import open_lab
from instrument.servers import SETS, SUBJECTS, WAITING, Subject, Work, sets_of

ALL_TABLES_SECONDS = 235  # about


@contextmanager
def working(
    options: argparse.Namespace, subjects: list[Subject], users: int, requests: int = 0
) -> Iterator[Bench]:
    """Look at all that can be wrong before anything is measured, and clean up afterwards."""
    signals.note()
    need_packages()
    if any(subject.app.startswith(f"{servers.FRAMEWORKS_FOLDER}.") for subject in subjects):
        need_packages(FRAMEWORK_REQUIREMENTS)
    allow_connections(users or requests)
    seconds = getattr(options, "seconds", SHORTEST_STEADY_SECONDS)
    conditions = conditions_of(users, seconds, options.workers, requests)
    folder = writable(options.output)
    with (
        tempfile.TemporaryDirectory(prefix="compare-") as scratch,
        Display(subject.name for subject in subjects) as display,
    ):
        computes = any(subject.work is Work.COMPUTE for subject in subjects)
        cpu_seconds = calibrate(Path(scratch)) if computes else None
        plan = Plan(users, seconds, options.workers, options.processes, options.port, cpu_seconds)
        yield Bench(subjects, plan, conditions, folder, Path(scratch), display)
    signals.check()  # whether one came when all was being saved


def finish(bench: Bench, experiment: Experiment, name: str, reports: tuple[str, ...] = ()) -> None:
    """Save what was measured, with its pictures and reports, and say where they lie."""
    written = [write(bench.folder / f"{name}.json", experiment.to_json())]
    written += write_pictures(experiment, bench.folder, name)
    for report in reports:
        html = (bench.scratch / f"{report}.html").read_text(encoding="utf-8")
        written.append(write(bench.folder / f"{report}.html", html))
    for path in written:
        bench.display.say(str(path))


def run_comparison(options: argparse.Namespace) -> None:
    if options.list:
        return list_servers()
    subjects = chosen(options)
    with working(options, subjects, users_of(options, subjects)) as bench:
        bench.say_how_long(comparison.expected_seconds)
        compare(bench, set_of(options) or "comparison")


def run_prediction(options: argparse.Namespace) -> None:
    if options.list:
        return list_servers()
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InstrumentError("predict asks you, and so needs a terminal")
    subjects = chosen(options)
    users = users_of(options, subjects)
    guesses = {}
    for subject in subjects:
        print(f"{subject.name}, {options.workers} workers, {users} users: {subject.teaches}")
        guesses[subject.name] = ask_for_number("  Your prediction, in requests/s: ")
    with working(options, subjects, users) as bench:
        bench.say_how_long(comparison.expected_seconds)
        found = compare(bench, set_of(options) or "comparison", guesses)
        bench.display.say(verdict(found, guesses))


def compare(bench: Bench, name: str, guesses: dict[str, float] | None = None) -> Comparison:
    """Measure, print and save under this name; what is finished also when something fails."""
    results, stop = [], None
    try:
        for subject in bench.subjects:
            results.append(comparison.measure(bench, subject))
    except (InstrumentError, Interrupted) as error:
        stop = error
    found = Comparison(bench.conditions, tuple(results))
    if results:
        bench.display.say()
        bench.display.tell(found.told(guesses))
        bench.display.say()
    if not stop:
        finish(bench, found, name, tuple(each.name for each in results))
        return found
    partial = bench.folder / f"{name}.partial.json"
    if results or not partial.exists():
        try:
            bench.display.say(str(write(partial, found.to_json())))
        except InstrumentError as error:
            bench.display.say(str(error))
    raise stop


def run_sweep(options: argparse.Namespace) -> None:
    subjects = chosen(options)
    if options.processes > 1:
        raise InstrumentError("a sweep has one process of Locust: leave out --processes")
    for subject in subjects:
        if subject.work is Work.NOTHING:
            raise InstrumentError(f"{subject.name} has no ceiling, and so no knee: choose another")
    with working(options, subjects, options.users) as bench:
        bench.say_how_long(sweep.expected_seconds)
        steps = {subject.name: sweep.measure(bench, subject) for subject in subjects}
        tell_and_finish(bench, Sweep(bench.conditions, steps), "sweep")


def run_timeline(options: argparse.Namespace) -> None:
    subjects = chosen(options)
    with working(options, subjects, options.users) as bench:
        bench.say_how_long(timeline.expected_seconds)
        requests = {subject.name: timeline.measure(bench, subject) for subject in subjects}
        tell_and_finish(bench, Timeline(bench.conditions, requests), "timeline")


def run_crowd(options: argparse.Namespace) -> None:
    subjects = chosen(options)
    for subject in subjects:
        if subject.work is not Work.WAIT:
            raise InstrumentError(f"{subject.name} does not wait: choose a server that does")
    with working(options, subjects, options.users) as bench:
        bench.say_how_long(crowd.expected_seconds)
        steps = {subject.name: crowd.measure(bench, subject) for subject in subjects}
        tell_and_finish(bench, Crowd(bench.conditions, steps), "crowd")


def run_spread(options: argparse.Namespace) -> None:
    subjects = chosen(options)
    for subject in subjects:
        if not subject.server.has_threads:
            raise InstrumentError(f"{subject.name} has no threads: choose a server that has")
    with working(options, subjects, options.users) as bench:
        bench.say_how_long(spread.expected_seconds)
        steps = {subject.name: spread.measure(bench, subject) for subject in subjects}
        tell_and_finish(bench, Spread(bench.conditions, steps), "spread")


def run_mending(options: argparse.Namespace) -> None:
    requests = mending.RATE * options.seconds
    with working(options, mending.SHOPS, 0, requests) as bench:
        bench.say_how_long(mending.expected_seconds)
        shops = {subject.name: mending.measure(bench, subject) for subject in mending.SHOPS}
        tell_and_finish(bench, Mending(bench.conditions, shops), "mending")


def tell_and_finish(bench: Bench, experiment: Experiment, name: str) -> None:
    bench.display.say()
    bench.display.tell(experiment.told())
    bench.display.say()
    finish(bench, experiment, name)


def run_lab(options: argparse.Namespace) -> None:
    subjects = chosen(options)
    allow_connections(options.users)
    signals.note()
    need_packages()
    open_lab(subjects, options)


def run_faults(options: argparse.Namespace) -> None:
    signals.note()
    every = tables(options.tables)
    need_packages()
    if options.write:
        writable(ROOT / "docs")
    if not options.tables:
        Display().say_how_long(ALL_TABLES_SECONDS)
    untried = [] if options.go_on else None
    for table in every:
        try_table(table, options.write, untried)
    for error in untried or []:
        print(f"compare: {error}", *error.tail, sep="\n  log: ", file=sys.stderr)
    if untried:
        raise InstrumentError(f"cells that could not be tried, and stay as saved: {len(untried)}")


def show_file(options: argparse.Namespace) -> None:
    Display().tell(read(options.file).told())


def redraw_file(options: argparse.Namespace) -> None:
    experiment = read(options.file)
    folder = writable(options.output or options.file.parent)
    for path in write_pictures(experiment, folder, options.file.stem):
        print(path)


def list_servers() -> None:
    for subject in SUBJECTS.values():
        print(f"{subject.name:24}{subject.app:32}{subject.teaches}")
    for each in SETS:
        names = ", ".join(subject.name for subject in each.subjects)
        print(f"{each.name:24}set of {names}; the knob is {each.knob}: {each.teaches}")


def chosen(options: argparse.Namespace) -> list[Subject]:
    """Return the subjects that were asked for, each once."""
    for name in options.servers:
        if name not in SUBJECTS:
            known = ", ".join(SUBJECTS)
            raise InstrumentError(f"unknown server {name!r}: choose from {known}")
    wanted = set_of(options)
    if wanted and options.servers:
        raise InstrumentError("name servers, or a set, but not both")
    if wanted:
        return list(next(each.subjects for each in SETS if each.name == wanted))
    return [SUBJECTS[name] for name in dict.fromkeys(options.servers or options.by_default)]


def set_of(options: argparse.Namespace) -> str | None:
    """Return the name of the set that was asked for."""
    by_default = WAITING.name if getattr(options, "all", False) else None
    return getattr(options, "set", None) or by_default


def users_of(options: argparse.Namespace, subjects: list[Subject]) -> int:
    """Return the number of users: what was asked for, else what the subjects' sets want."""
    sets = sets_of(subject.name for subject in subjects)
    return options.users or max(each.users for each in sets)


def ask_for_number(question: str) -> float:
    while True:
        try:
            number = float(input(question).replace(",", "."))
        except ValueError:
            number = -1
        except EOFError as error:
            raise InstrumentError("no prediction was made") from error
        if 0 <= number < math.inf:
            return number
        print("  A number, please, such as 4 or 12.5.")


def conditions_of(users: int, seconds: int, workers: int, requests: int) -> Conditions:
    try:
        return Conditions.here_and_now(users, seconds, workers, requests)
    except metadata.PackageNotFoundError as error:
        raise InstrumentError(not_installed(str(error.name))) from error


def check_machine(options: argparse.Namespace) -> int:
    return 0 if is_ready() else COULD_NOT


COMMANDS = {
    "run": run_comparison,
    "predict": run_prediction,
    "sweep": run_sweep,
    "timeline": run_timeline,
    "crowd": run_crowd,
    "spread": run_spread,
    "mending": run_mending,
    "lab": run_lab,
    "faults": run_faults,
    "show": show_file,
    "draw": redraw_file,
    "check": check_machine,
}


def main(arguments: list[str] | None = None) -> int:
    """Do what is asked; until something is started or written, a signal just ends it."""
    options = parse(arguments)
    return run_program("compare", lambda: COMMANDS[options.command](options))
