"""What each experiment can do, beside measuring."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import ClassVar

from rich.table import Table

from instrument.load.conditions import Conditions


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
