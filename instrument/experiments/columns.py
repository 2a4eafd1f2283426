"""Tables of measurements: a row for each thing that was measured, a column for each figure of it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import JustifyMethod
from rich.table import Table

from instrument.arithmetic.measure import Steady

Columns = Mapping[str, Callable[[Any], str]]  # a heading, and what is told of each row below it


def new_table(first: str, *headings: str, justify: JustifyMethod = "left") -> Table:
    """Return an empty table: a first column that names each row, and columns of numbers."""
    grid = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    grid.add_column(first, no_wrap=True, vertical="bottom", justify=justify)
    for heading in headings:
        grid.add_column(heading, justify="right", no_wrap=True)
    return grid


def filled(
    first: str,
    columns: Columns,
    rows: Iterable[tuple[str, object]],
    justify: JustifyMethod = "left",
) -> Table:
    """Return a table of rows, each with its name."""
    grid = new_table(first, *columns, justify=justify)
    for name, row in rows:
        grid.add_row(name, *(cell(row) for cell in columns.values()))
    return grid


def ratio_of(steady: Steady) -> str:
    if steady.too_short:
        return "too short"
    return "none" if steady.ratio is None else f"{steady.ratio:.3f}"
