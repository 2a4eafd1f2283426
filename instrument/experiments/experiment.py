"""An experiment: how it is asked for and measured, and what can be told of its data."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import ClassVar, Generic, TypeVar

from rich.table import Table

from instrument.arithmetic.measure import SHORTEST_STEADY_SECONDS
from instrument.experiments.arguments import chosen
from instrument.load.bench import Bench, Plan
from instrument.load.conditions import Conditions
from instrument.servers import Subject


@dataclass(frozen=True)
class Experiment:
    """What was measured, under which conditions."""

    conditions: Conditions
    PART: ClassVar[str]  # where its data stands in the saved file, beside the conditions

    def told(self) -> Iterator[Table | str]:
        """Yield what is printed: tables and lines."""
        raise NotImplementedError

    def pictures(self) -> dict[str, str]:
        """Return SVGs, if there are any, by the ending of their names."""
        return {}

    @property
    def asked(self) -> str:
        """What was asked of the servers, for the pictures' captions."""
        raise NotImplementedError

    @property
    def reports(self) -> list[str]:
        """Return which files of the scratch folder are saved, too."""
        return []

    @property
    def exit_status(self) -> int:
        """Return that of the command, where all was measured."""
        return 0

    def to_json(self) -> str:
        data = asdict(self)
        del data["conditions"]["requests" if self.conditions.users else "users"]
        return json.dumps(data, indent=2) + "\n"


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
    measure: Callable[[Bench, Namespace], Iterator[E_co]]  # yields what is known after each part
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
        for subject in bench.subjects:
            found[subject.name] = measure(bench, subject)
            yield data(bench.conditions, dict(found))

    return measure_all


def so_many_processes(workers: int) -> str:
    return "process" if workers == 1 else f"{workers} processes"
