"""What all experiments have in common: their conditions, and what each of them can do."""

import json
import platform
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib import metadata
from typing import Any, ClassVar, Self

from rich.table import Table

from instrument.edges.cpus import usable_cpus
from instrument.servers import SERVERS, packages_of

MEASURED_PACKAGES = (*packages_of(SERVERS), "starlette", "locust")


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """What the measured figures depend on."""

    users: int = 0
    requests: int = 0  # in place of users, where the same are sent whatever is answered
    seconds: int
    workers: int
    cpus: int
    python: str
    platform: str
    versions: dict[str, str]
    date: str  # UTC, ISO 8601

    @classmethod
    def here_and_now(cls, users: int, seconds: int, workers: int, requests: int = 0) -> Self:
        return cls(
            users=users,
            requests=requests,
            seconds=seconds,
            workers=workers,
            cpus=usable_cpus(),
            python=platform.python_version(),
            platform=f"{platform.system()} {platform.machine()}",
            versions={name: metadata.version(name) for name in MEASURED_PACKAGES},
            date=datetime.now(UTC).isoformat(timespec="seconds"),
        )


@dataclass(frozen=True)
class Experiment:
    """What was measured, under which conditions."""

    conditions: Conditions
    PART: ClassVar[str]  # where its data stands in the saved file, beside the conditions

    @classmethod
    def from_saved(cls, conditions: Conditions, part: Any) -> Self:
        """Return what was saved; raise KeyError, TypeError or AttributeError otherwise."""
        raise NotImplementedError

    @classmethod
    def from_data(cls, conditions: Conditions, data: dict[str, Any]) -> Self:
        """Return what was saved, given the whole of the file."""
        return cls.from_saved(conditions, data[cls.PART])

    def told(self) -> Iterator[Table | str]:
        """Yield what is printed: tables and lines."""
        raise NotImplementedError

    def pictures(self) -> dict[str, str]:
        """Return SVGs, by the ending of their names."""
        raise NotImplementedError

    @property
    def asked(self) -> str:
        """What was asked of the servers, for the pictures' captions."""
        raise NotImplementedError

    @property
    def is_empty(self) -> bool:
        """Return whether nothing was measured yet."""
        return not getattr(self, self.PART)

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


def so_many_processes(workers: int) -> str:
    return "process" if workers == 1 else f"{workers} processes"
