"""Tables of measurements: the columns that a steady part fills."""

from rich.box import SIMPLE_HEAD
from rich.console import JustifyMethod
from rich.table import Table

from instrument.arithmetic.measure import Steady

# To add a column, add its heading here and its cell to measured().
HEADINGS = (
    "throughput\nrequests/s",
    "ceiling\nrequests/s",
    "throughput\n/ ceiling",
    "median\nms",
    "95 %\nms",
    "failures",
)


def new_table(first: str, *headings: str, justify: JustifyMethod = "left") -> Table:
    """Return an empty table: a first column that names each row, and columns of numbers."""
    grid = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    grid.add_column(first, no_wrap=True, vertical="bottom", justify=justify)
    for heading in headings:
        grid.add_column(heading, justify="right", no_wrap=True)
    return grid


def measured(steady: Steady) -> list[str]:
    return [
        f"{steady.requests_per_second:.2f}",
        "none" if steady.ceiling is None else f"{steady.ceiling:.2f}",
        ratio_of(steady),
        f"{steady.median_ms:.0f}",
        f"{steady.p95_ms:.0f}",
        str(steady.failures),
    ]


def ratio_of(steady: Steady) -> str:
    if steady.too_short:
        return "too short"
    return "none" if steady.ratio is None else f"{steady.ratio:.3f}"
