"""How an experiment is asked for and measured: what each file of an experiment declares."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from instrument.arithmetic.measure import SHORTEST_STEADY_SECONDS
from instrument.experiments.arguments import chosen
from instrument.experiments.experiment import Experiment
from instrument.load.bench import Bench, Plan
from instrument.load.conditions import Conditions
from instrument.servers import Subject

T = TypeVar("T")
E_co = TypeVar("E_co", bound=Experiment, covariant=True)


def users_asked_for(options: Namespace, subjects: list[Subject]) -> Plan:
    return Plan(options.users, SHORTEST_STEADY_SECONDS, options.workers, port=options.port)


@dataclass(frozen=True)
class Kind(Generic[E_co]):
    """A command that measures. Its arguments have --output, the folder where all is saved."""

    name: str  # of the command
    summary: str  # for --help
    data: type[E_co]
    add_arguments: Callable[[ArgumentParser], None]
    measure: Callable[
        [Bench, Namespace], Iterator[E_co]
    ]  # yields what is known: at first nothing, then more with each part
    expected_seconds: Callable[[Plan, Subject], float]  # of each subject
    subjects: Callable[[Namespace], list[Subject]] = chosen  # raises InstrumentError
    plan: Callable[[Namespace, list[Subject]], Plan] = users_asked_for
    file_name: Callable[[Namespace], str] | None = None  # None: the name of the command

    def saved_as(self, options: Namespace) -> str:
        return self.file_name(options) if self.file_name else self.name


def one_by_one(
    data: Callable[[Conditions, dict[str, T]], E_co], measure: Callable[[Bench, Subject], T]
) -> Callable[[Bench, Namespace], Iterator[E_co]]:
    """Return what measures one subject after the other."""

    def measure_all(bench: Bench, options: Namespace) -> Iterator[E_co]:
        found: dict[str, T] = {}
        yield data(bench.conditions, {})
        for subject in bench.subjects:
            found[subject.name] = measure(bench, subject)
            yield data(bench.conditions, dict(found))

    return measure_all
