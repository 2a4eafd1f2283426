"""What chapters 5 to 8 say of the servers, tried on the servers themselves."""

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from instrument.edges.errors import InstrumentError

if TYPE_CHECKING:
    from instrument.faults.table import Table

TABLES = ("production", "deploys", "connections", "costs", "handlers", "diagnosis", "people")


def tables(names: Sequence[str] = ()) -> "list[Table]":
    """Return these tables, or all; what their rows need is imported here, for few commands need it.

    Raises InstrumentError for a name that no table has.
    """
    for name in names:
        if name not in TABLES:
            raise InstrumentError(f"unknown table {name!r}: choose from {', '.join(TABLES)}")
    return [import_module(f"{__name__}.table_{name}").TABLE for name in names or TABLES]
