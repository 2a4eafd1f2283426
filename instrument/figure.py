"""What all pictures have in common: they are SVGs, drawn from saved data alone."""

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

from instrument.experiment import Experiment, so_many_processes

if TYPE_CHECKING:  # it takes half a second to import
    from matplotlib.figure import Figure

# Of Okabe and Ito's palette, which is told apart by all kinds of sight.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
MARKERS = "osD^vP"
BAR, MARK = COLOURS[:2]
STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 12,
    "svg.fonttype": "path",  # the same everywhere, whatever fonts a reader has
    "svg.hashsalt": "compare",  # the same file for the same data
    "axes.spines.top": False,
    "axes.spines.right": False,
}
CAPTION_INCHES = 0.6


def look(place: int) -> tuple[str, str]:
    """Return the colour and the marker of the server at a place: 36 of them differ."""
    shift = place // len(COLOURS)
    return COLOURS[place % len(COLOURS)], MARKERS[(place + shift) % len(MARKERS)]


def picture(
    fill: Callable[["Figure"], None], experiment: Experiment, inches: float, title: str
) -> str:
    """Return an SVG of a figure that `fill` draws, with the conditions below it."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(8, inches), facecolor="white")
        fill(figure)
        figure.text(0.01, 0.02, caption(experiment), fontsize=8.5, color="#444444")
        figure.tight_layout(rect=(0, CAPTION_INCHES / inches, 1, 1))
        svg = io.StringIO()
        figure.savefig(svg, format="svg", metadata={"Date": None, "Title": title})
        return svg.getvalue()


def caption(experiment: Experiment) -> str:
    """Return the conditions under which the data was measured."""
    conditions = experiment.conditions
    versions = ", ".join(f"{name} {version}" for name, version in conditions.versions.items())
    return (
        f"{experiment.asked}, {so_many_processes(conditions.workers)} for each server, "
        f"{conditions.cpus} CPUs, no access log, keep-alive as each has it\n"
        f"Python {conditions.python} on {conditions.platform}, {versions}"
    )
