"""What all pictures have in common: they are SVGs, drawn without measuring."""

import io
import textwrap
from typing import TYPE_CHECKING, Any, TypeAlias

from instrument.experiments.experiment import Experiment, so_many_processes

if TYPE_CHECKING:  # it takes half a second, which only commands that draw should
    import matplotlib.axes
    import matplotlib.figure

Axes: TypeAlias = "matplotlib.axes.Axes"
Figure: TypeAlias = "matplotlib.figure.Figure"
Point = tuple[float, float]

# One colour has one meaning in all pictures, and can be read on a light page and on a dark one.
BLUE, ORANGE, GREY = "#2a7fc1", "#d9691e", "#757d87"
OF_INTERFACE = {"wsgi": BLUE, "asgi": ORANGE}
OF_SERVER = {"sync": (BLUE, "o"), "uvicorn-worker": (ORANGE, "s")}
TEXT = GREY
# For other servers, after Okabe and Ito's palette, which is told apart by all kinds of sight.
COLOURS = ("#0a9a73", "#c06796", "#b28100", "#3f96c9")
MARKERS = "D^vP"
STYLE: dict[Any, object] = {
    "font.family": "DejaVu Sans",
    "font.size": 12,
    "svg.fonttype": "path",  # the same everywhere, whatever fonts a reader has
    "svg.hashsalt": "compare",  # the same file for the same data
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": TEXT,
    "axes.labelcolor": TEXT,
    "text.color": TEXT,
    "xtick.color": TEXT,
    "ytick.color": TEXT,
}
CAPTION_INCHES, CAPTION_LETTERS = 0.6, 120
TITLE_INCHES = 0.35


def style_of(name: str, place: int) -> tuple[str, str]:
    """Return a server's colour and marker; its place tells those apart that have none of their own."""
    if name in OF_SERVER:
        return OF_SERVER[name]
    shift = place // len(COLOURS)
    return COLOURS[place % len(COLOURS)], MARKERS[(place + shift) % len(MARKERS)]


def annotate(axes: Axes, text: str, at: Point, points: Point, **how: Any) -> None:
    """Write a text beside a place of the data, so many typographic points from it."""
    axes.annotate(text, at, points, textcoords="offset points", **how)


def log_axes(axes: Axes, quantity: str) -> None:
    """Give both axes powers of two, and names."""
    from matplotlib.ticker import LogLocator

    for scale, axis in ((axes.set_xscale, axes.xaxis), (axes.set_yscale, axes.yaxis)):
        scale("log", base=2)
        axis.set_major_locator(LogLocator(base=2, numticks=20))
        axis.set_major_formatter(lambda value, _: f"{value:g}")
        axis.set_minor_formatter(lambda value, _: "")
    axes.grid(color=GREY, alpha=0.3, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.set_xlabel("users, who ask again as soon as they are answered")
    axes.set_ylabel(quantity)


def new_figure(inches: float) -> Figure:
    """Return what is drawn on, so many inches high below its title."""
    import matplotlib.figure

    matplotlib.rcParams.update(STYLE)
    return matplotlib.figure.Figure(figsize=(8, inches + TITLE_INCHES), facecolor="none")


def picture(figure: Figure, experiment: Experiment, title: str) -> str:
    """Return the SVG of a figure of measured data, with a title and the conditions."""
    return svg_of(figure, title, caption(experiment), CAPTION_INCHES)


def svg_of(figure: Figure, title: str, below: str = "", below_inches: float = 0) -> str:
    """Return the SVG of a figure, with a title that says what to see."""
    inches = figure.get_figheight()
    for axes in figure.axes:
        axes.set_facecolor("none")
    figure.text(0.01, 1 - 0.08 / inches, title, va="top", fontsize=13, fontweight="bold")
    figure.text(0.01, 0.02, below, fontsize=8.5)
    figure.tight_layout(rect=(0, below_inches / inches, 1, 1 - TITLE_INCHES / inches))
    svg = io.StringIO()
    figure.savefig(svg, format="svg", transparent=True, metadata={"Date": None, "Title": title})
    return svg.getvalue()


def caption(experiment: Experiment) -> str:
    """Return the conditions under which the data was measured."""
    conditions = experiment.conditions
    versions = ", ".join(f"{name} {version}" for name, version in conditions.versions.items())
    processes = "one process" if conditions.workers == 1 else so_many_processes(conditions.workers)
    asked = (
        f"{experiment.asked}, {processes} for each server, "
        f"{conditions.cpus} CPUs, no access log, default keep-alive times"
    )
    machine = f"Python {conditions.python} on {conditions.platform}"
    return f"{asked}\n{textwrap.fill(f'{machine}, {versions}', CAPTION_LETTERS)}"
