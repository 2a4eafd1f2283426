"""What is done for every experiment, whichever it is."""

import tempfile
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.table import Table

from instrument import servers
from instrument.edges import signals
from instrument.edges.check import FRAMEWORK_REQUIREMENTS, need_packages
from instrument.edges.display import Display
from instrument.edges.errors import InstrumentError
from instrument.edges.files import writable, write
from instrument.edges.signals import Interrupted
from instrument.experiments.experiment import E_co, Experiment, Kind
from instrument.load.bench import Bench, Plan, allow_connections
from instrument.load.conditions import Conditions
from instrument.servers import Subject


def run_experiment(kind: Kind[Experiment], options: Namespace) -> int:
    return measure_and_save(kind, options, lambda found: found.told()).exit_status


def measure_and_save(
    kind: Kind[E_co], options: Namespace, told: Callable[[E_co], Iterable[Table | str]]
) -> E_co:
    """Look at all that can be wrong, measure, print, save, and return what was measured.

    When something fails, print and save what is finished, and raise it.
    """
    subjects = kind.subjects(options)
    name = kind.saved_as(options)
    with opened(subjects, kind.plan(options, subjects), options.output) as bench:
        bench.say_how_long(kind.expected_seconds)
        known: list[E_co] = []  # the last that was yielded, if any
        try:
            for each in kind.measure(bench, options):
                known = [each]
        except (InstrumentError, Interrupted):
            for found in known:
                tell(bench, told(found))
                keep(bench, name, found)
            raise
        tell(bench, told(known[-1]))
        save(bench, name, known[-1])
    return known[-1]


def tell(bench: Bench, lines: Iterable[Table | str]) -> None:
    bench.display.say()
    bench.display.tell(lines)
    bench.display.say()


@contextmanager
def opened(subjects: list[Subject], plan: Plan, output: Path) -> Iterator[Bench]:
    """Look at all that can be wrong before anything is measured, and clean up afterwards."""
    signals.note()
    need_packages()
    if any(subject.app.startswith(f"{servers.FRAMEWORKS_FOLDER}.") for subject in subjects):
        need_packages(FRAMEWORK_REQUIREMENTS)
    allow_connections(plan.users or plan.requests)
    conditions = Conditions.here_and_now(plan.users, plan.seconds, plan.workers, plan.requests)
    folder = writable(output)
    with (
        tempfile.TemporaryDirectory(prefix="compare-") as scratch,
        Display(subject.name for subject in subjects) as display,
    ):
        yield Bench(subjects, plan, conditions, folder, Path(scratch), display)
    signals.check()  # whether one came when all was being saved


def save(bench: Bench, name: str, found: Experiment) -> None:
    """Save what was measured, with its pictures and reports, and say where they lie."""
    written = [write(bench.folder / f"{name}.json", found.to_json())]
    written += write_pictures(found, bench.folder, name)
    for report in found.reports:
        text = (bench.scratch / report).read_text(encoding="utf-8")
        written.append(write(bench.folder / report, text))
    for path in written:
        bench.display.say(str(path))


def write_pictures(found: Experiment, folder: Path, name: str) -> list[Path]:
    return [write(folder / f"{name}{ending}.svg", svg) for ending, svg in found.pictures().items()]


def keep(bench: Bench, name: str, found: Experiment) -> None:
    """Save what is finished, and say where it lies, or why it can't be saved."""
    try:
        bench.display.say(str(write(bench.folder / f"{name}.partial.json", found.to_json())))
    except InstrumentError as error:
        bench.display.say(str(error))
