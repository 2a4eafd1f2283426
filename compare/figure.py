"""Pictures, drawn from saved data without measuring again: each function returns an SVG."""

import io
from collections.abc import Callable, Iterator

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from compare.measure import Steady
from compare.report import Comparison, Data, Sweep, Timeline, processes

# Of Okabe and Ito's palette, which is told apart by all kinds of sight.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
MARKERS = "osD^vP"
STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 12,
    "svg.fonttype": "path",  # the same everywhere, whatever fonts a reader has
    "svg.hashsalt": "compare",  # the same file for the same data
    "axes.spines.top": False,
    "axes.spines.right": False,
}
CAPTION_INCHES = 0.6


def draw(data: Data) -> dict[str, str]:
    """Return the pictures of what was measured, by the ending of their names."""
    if isinstance(data, Comparison):
        return {"": draw_comparison(data)}
    if isinstance(data, Timeline):
        return {"": draw_timeline(data)}
    return {"-throughput": draw_throughput(data), "-latency": draw_latency(data)}


def draw_comparison(comparison: Comparison) -> str:
    """A bar for each measured throughput, a mark at each ceiling, from zero."""
    results = comparison.results

    def fill(figure: Figure) -> None:
        axes = figure.add_subplot()
        for row, result in enumerate(results):
            axes.barh(row, result.requests_per_second, height=0.6, color=COLOURS[0])
            measured = result.requests_per_second
            label = f"{measured:.1f}" if measured < 1000 else f"{measured:,.0f}"
            if result.ceiling is not None:
                label += f" of {result.ceiling:.4g}"
                ends = [row - 0.4, row + 0.4]
                axes.plot([result.ceiling] * 2, ends, color=COLOURS[1], linewidth=3)
            axes.annotate(
                label,
                (max(result.requests_per_second, result.ceiling or 0), row),
                xytext=(8, 0),
                textcoords="offset points",
                verticalalignment="center",
            )
        highest = max(max(each.requests_per_second, each.ceiling or 0) for each in results)
        axes.set_xlim(0, highest * 1.25)
        axes.set_ylim(len(results) - 0.4, -0.6)
        axes.set_yticks(range(len(results)), [result.name for result in results])
        marks = (
            ": measured (bar) and ceiling (mark)" if any(each.ceiling for each in results) else ""
        )
        axes.set_xlabel(f"throughput in requests/s{marks}")

    return picture(fill, comparison, 1.7 + 0.7 * len(results), "Throughput and ceiling")


def draw_throughput(sweep: Sweep) -> str:
    """Measured points on predicted lines, both axes logarithmic."""

    def fill(figure: Figure) -> None:
        axes = figure.add_subplot()
        for name, steps, colour, marker, size in lines(sweep):
            users = [step.users for step in steps]
            axes.plot(users, [step.ceiling for step in steps], color=colour, linewidth=1.5)
            measured = [step.requests_per_second for step in steps]
            axes.plot(users, measured, marker, color=colour, markersize=size, label=name)
        logarithmic(axes, "throughput in requests/s")

    return picture(fill, sweep, 5.2, "Throughput against users")


def draw_latency(sweep: Sweep) -> str:
    """Measured medians on the latency that Little's law gives, both axes logarithmic."""

    def fill(figure: Figure) -> None:
        axes = figure.add_subplot()
        for name, steps, colour, marker, size in lines(sweep):
            users = [step.users for step in steps]
            predicted = [step.users / step.ceiling for step in steps if step.ceiling]
            axes.plot(users, predicted, color=colour, linewidth=1.5)
            measured = [step.median_ms / 1000 for step in steps]
            axes.plot(users, measured, marker, color=colour, markersize=size, label=name)
        logarithmic(axes, "median latency in s")

    return picture(fill, sweep, 5.2, "Latency against users")


def draw_timeline(timeline: Timeline) -> str:
    """A bar for each request from sent to answered: a staircase beside a wall."""
    last = max(done for times in timeline.requests.values() for _, done in times)

    def fill(figure: Figure) -> None:
        places = figure.subplots(1, len(timeline.requests), sharey=True, squeeze=False)[0]
        servers = zip(places, timeline.requests.items(), COLOURS, strict=False)
        for axes, (name, times), colour in servers:
            for row, (sent, done) in enumerate(times, start=1):
                axes.barh(row, done - sent, left=sent, height=0.8, color=colour)
            axes.set_title(name)
            axes.set_xlim(0, last * 1.05)
            axes.set_yticks(range(1, len(times) + 1))
            axes.set_xlabel("seconds since all were sent")
        places[0].invert_yaxis()
        places[0].set_ylabel("request")

    return picture(fill, timeline, 4.2, "When each request was answered")


def lines(sweep: Sweep) -> Iterator[tuple[str, tuple[Steady, ...], str, str, float]]:
    """Yield each server's name and steps, and a look that shows also where two coincide."""
    looks = zip(COLOURS, MARKERS, (12, 8, 6, 5, 4, 3), strict=True)
    for (name, steps), (colour, marker, size) in zip(sweep.steps.items(), looks, strict=False):
        yield name, steps, colour, marker, size


def logarithmic(axes: Axes, label: str) -> None:
    """Give both axes powers of two."""
    for scale, axis in ((axes.set_xscale, axes.xaxis), (axes.set_yscale, axes.yaxis)):
        scale("log", base=2)
        axis.set_major_locator(LogLocator(base=2, numticks=20))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.set_minor_formatter(NullFormatter())
    axes.grid(color="#dddddd", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.set_xlabel("users, who ask again as soon as they are answered")
    axes.set_ylabel(label)
    axes.legend(title="measured (points), predicted (lines)", frameon=False)


def picture(fill: Callable[[Figure], None], data: Data, inches: float, title: str) -> str:
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(8, inches), facecolor="white")
        fill(figure)
        figure.text(0.01, 0.02, caption(data), fontsize=8.5, color="#444444")
        figure.tight_layout(rect=(0, CAPTION_INCHES / inches, 1, 1))
        svg = io.StringIO()
        figure.savefig(svg, format="svg", metadata={"Date": None, "Title": title})
        return svg.getvalue()


def caption(data: Data) -> str:
    """Return the conditions under which the data was measured."""
    conditions = data.conditions
    if isinstance(data, Sweep):
        load = f"1 to {conditions.users} users who don't wait"
    elif isinstance(data, Timeline):
        load = f"{conditions.users} requests at the same moment"
    else:
        load = f"{conditions.users} users who don't wait, {conditions.seconds} s of steady load"
    versions = ", ".join(f"{name} {version}" for name, version in conditions.versions.items())
    return (
        f"{load}, {processes(conditions.workers)} for each server, {conditions.cpus} CPUs, "
        f"no access log, keep-alive as each has it\nPython {conditions.python} on {conditions.platform}, {versions}"
    )
