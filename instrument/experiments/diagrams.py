"""The diagrams of the chapters, which show no measurement: boxes, arrows, and bars of one second.

Draw them into docs/:   python -m instrument.experiments.diagrams
"""

from typing import Any

from instrument.edges.files import write
from instrument.edges.processes import ROOT
from instrument.experiments.figure import BLUE, GREY, ORANGE, Axes, Figure, new_figure, svg_of

Place = tuple[float, float]
ROW_INCHES = 0.45
TURNS = (  # what runs, from which row to which, and what hands control over to it
    ("event loop", 1.5, 2.2, ""),
    ("request A", 2.2, 3.2, "run"),
    ("event loop", 3.2, 4.2, "await sleep(1)"),
    ("request B", 4.2, 5.2, "run"),
    ("event loop", 5.2, 5.6, "await sleep(1)"),
    ("event loop", 6.6, 7.2, ""),
    ("request A", 7.2, 8.2, "a second is over: resume"),
    ("event loop", 8.2, 9.2, "send the answer"),
    ("request B", 9.2, 10.2, "resume"),
    ("event loop", 10.2, 10.8, "send the answer"),
)


def board(figure: Figure, rows: float) -> Axes:
    """Return a place to draw on, 16 columns wide, whose rows are counted from its top."""
    axes = figure.subplots()
    axes.set(xlim=(0, 16), ylim=(rows, 0))
    axes.set_axis_off()
    return axes


def box(axes: Axes, centre: Place, text: str, colour: str = GREY, width: float = 3) -> None:
    """Draw a box, as high as its text."""
    height = 0.3 + 0.55 * len(text.splitlines())
    frame(axes, centre, width, height, colour, linewidth=2)
    label(axes, centre, text, size=12)


def label(axes: Axes, centre: Place, text: str, size: float = 11) -> None:
    axes.text(*centre, text, ha="center", va="center", fontsize=size, linespacing=1.3)


def frame(
    axes: Axes, centre: Place, width: float, height: float, colour: str = GREY, **line: Any
) -> None:
    from matplotlib.patches import Rectangle

    corner = (centre[0] - width / 2, centre[1] - height / 2)
    axes.add_patch(Rectangle(corner, width, height, fill=False, edgecolor=colour, **line))


def arrow(axes: Axes, start: Place, end: Place, text: str = "", style: str = "-") -> None:
    """Draw an arrow, with a text above its middle."""
    line = {"arrowstyle": "-|>", "color": GREY, "linestyle": style, "shrinkA": 4, "shrinkB": 4}
    axes.annotate("", end, start, arrowprops=line)
    x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    axes.text(x, y - 0.15, text, ha="center", va="bottom", fontsize=11)


def prefork(figure: Figure) -> None:
    axes = board(figure, 7)
    box(axes, (1.7, 2.5), "clients")
    box(axes, (7, 2.5), "port 8000,\nits backlog")
    box(axes, (14, 6.4), "master")
    arrow(axes, (3.2, 2.5), (5.5, 2.5), "connections")
    frame(axes, (14, 2.5), 4, 4.6, linestyle=":")
    for number in range(1, 5):
        box(axes, (14, number), f"worker {number}", BLUE)
        arrow(axes, (8.5, 2.5), (12.5, number))
    label(axes, (9.9, 0.9), "each to one of them")
    arrow(axes, (14, 6), (14, 4.8), style="--")
    label(axes, (11.5, 5.4), "forks, watches, replaces")


def backlog(figure: Figure) -> None:
    axes = board(figure, 5.4)
    label(axes, (3.4, 0.5), "backlog: four connections wait", size=12)
    label(axes, (13.1, 0.5), "four workers, all busy", size=12)
    frame(axes, (3.4, 3), 6.4, 1.6, linestyle=":")
    for number in range(1, 5):
        box(axes, (7.1 - 1.5 * number, 3), f"{4 + number}", width=1.2)
        box(axes, (13.1, 0.5 + number), f"worker {number}: request {number}", BLUE, 5.6)
    arrow(axes, (6.6, 3), (10.3, 3), "a free worker\naccepts the next")


def turns(figure: Figure) -> None:
    axes = board(figure, 11)
    columns = {"request A": 2.5, "event loop": 8, "request B": 13.5}
    for name, column in columns.items():
        box(axes, (column, 0.6), name, ORANGE)
        axes.plot([column] * 2, [1.1, 10.8], color=GREY, linewidth=1, linestyle=":")
    before = columns["event loop"]
    for name, start, end, text in TURNS:
        column = columns[name]
        axes.plot([column] * 2, [start, end], color=ORANGE, linewidth=7)
        if text:
            arrow(axes, (before, start), (column, start), text)
        before = column
    label(axes, (10.6, 6.1), "both wait, the loop is free")


def seconds(figure: Figure) -> None:
    panels = figure.subplots(1, 2, sharey=True)
    for axes, name, colour in zip(panels, ("sync", "event loop"), (BLUE, ORANGE), strict=True):
        for request in range(3):
            begins = request if name == "sync" else 0
            axes.barh(request + 1, 1, left=begins, height=0.7, color=colour)
            if begins:
                axes.barh(request + 1, begins, height=0.7, fill=False, edgecolor=colour)
                axes.text(0.1, request + 1, "waits", va="center", fontsize=11)
        axes.set(title=name, xlim=(0, 3.1), xticks=range(4), yticks=range(1, 4))
        axes.set_xlabel("seconds since all were sent")
    panels[0].set_ylabel("request")
    panels[0].invert_yaxis()


DIAGRAMS = {  # what draws each, its rows, and a title that says what to see
    "backlog": (backlog, 5.4, "Four sync workers, eight requests: the fifth waits"),
    "prefork": (prefork, 7, "Connections do not pass through the master"),
    "seconds": (seconds, 5.8, "Three requests: sync answers one by one, a loop all at once"),
    "turns": (turns, 11, "The event loop runs one piece of code at a time (thick lines)"),
}


def diagrams() -> dict[str, str]:
    """Return each diagram's name and its SVG."""
    found = {}
    for name, (fill, rows, title) in DIAGRAMS.items():
        figure = new_figure(rows * ROW_INCHES)
        fill(figure)
        found[name] = svg_of(figure, title)
    return found


if __name__ == "__main__":
    for name, svg in diagrams().items():
        print(write(ROOT / f"docs/{name}.svg", svg))
