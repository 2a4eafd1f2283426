"""The picture of a comparison, drawn from its data without measuring again."""

import io

import matplotlib
from matplotlib.figure import Figure

from compare.report import Comparison, processes

BAR, CEILING = "#0072b2", "#d55e00"  # of Okabe and Ito's palette, for all kinds of sight
STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 12,
    "svg.fonttype": "path",  # the same everywhere, whatever fonts a reader has
    "svg.hashsalt": "compare",  # the same file for the same data
}


def draw(comparison: Comparison) -> str:
    """Return an SVG: a bar for each measured throughput, a mark at each ceiling, from zero."""
    results = comparison.results
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(8, 1.7 + 0.7 * len(results)), facecolor="white")
        axes = figure.add_subplot()
        for row, result in enumerate(results):
            label = f"{result.requests_per_second:.1f} of {result.ceiling:.0f}"
            axes.barh(row, result.requests_per_second, height=0.6, color=BAR)
            axes.plot([result.ceiling] * 2, [row - 0.4, row + 0.4], color=CEILING, linewidth=3)
            axes.annotate(
                label,
                (max(result.requests_per_second, result.ceiling), row),
                xytext=(8, 0),
                textcoords="offset points",
                verticalalignment="center",
            )
        highest = max(max(result.requests_per_second, result.ceiling) for result in results)
        axes.set_xlim(0, highest * 1.25)
        axes.set_ylim(len(results) - 0.4, -0.6)
        axes.set_yticks(range(len(results)), [result.name for result in results])
        axes.set_xlabel("throughput in requests/s: measured (bar) and ceiling (mark)")
        axes.spines[["top", "right"]].set_visible(False)
        figure.text(0.01, 0.02, caption(comparison), fontsize=8.5, color="#444444")
        figure.tight_layout(rect=(0, 0.45 / figure.get_figheight(), 1, 1))
        svg = io.StringIO()
        figure.savefig(
            svg, format="svg", metadata={"Date": None, "Title": "Throughput and ceiling"}
        )
    return svg.getvalue()


def caption(comparison: Comparison) -> str:
    """Return the conditions under which the data was measured."""
    conditions = comparison.conditions
    versions = ", ".join(f"{name} {version}" for name, version in conditions.versions.items())
    return (
        f"{conditions.users} users who don't wait, {processes(conditions.workers)} for each server, "
        f"{conditions.seconds} s of steady load, {conditions.cpus} CPUs\n"
        f"Python {conditions.python} on {conditions.platform}, {versions}"
    )
