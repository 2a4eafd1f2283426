"""What a terminal of some width shows."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from instrument.cli import parse
from instrument.edges.display import Display
from instrument.experiments import comparison, sweep
from instrument.load.bench import Bench, Plan
from instrument.servers import BY_DEFAULT, SUBJECTS, WAITING
from tests.support.commands import COMPARE, compare, on_terminal
from tests.support.samples import CONDITIONS

BAR = "━"


def left(written):
    """Return the lines that stay on a terminal: rich erases the row of its bar, at last from below."""
    return re.sub(r"[^\n]*(\n\r\x1b\[1A)?\x1b\[2K", "", written).splitlines()


@pytest.mark.long
@pytest.mark.parametrize(
    ("begin", "saved", "widths"),
    [
        (["run", "uvicorn-worker", "--users", "4", "--seconds", "2"], "comparison.json", (60, 120)),
        (["timeline", "--users", "2"], "timeline.json", (80,)),
    ],
)
def test_bar_takes_one_row_of_any_terminal_and_results_are_whole(begin, saved, widths, tmp_path):
    def show(columns):
        folder = tmp_path / str(columns)
        return on_terminal(columns, [*COMPARE, *begin, "--workers", "1", "--output", str(folder)])

    with ThreadPoolExecutor() as pool:
        shown = list(pool.map(show, widths))
    for columns, (status, written) in zip(widths, shown, strict=True):
        lines = [line.rstrip() for line in left(written)]
        assert status == 0, lines
        bars = re.findall(rf"[^\r\n]*{BAR}[^\r\n]*", written)
        assert max(map(len, bars)) <= columns + len("\x1b[2K"), "there was a bar, in one row"
        assert not re.search(f"[{BAR}\x1b]", "".join(lines)), "nothing is left of it"
        file = tmp_path / str(columns) / saved
        results = [line.rstrip() for line in compare("show", file).stdout.splitlines()]
        first = lines.index(results[0])
        assert lines[first : first + len(results)] == results
        begun = [line for line in lines[:first] if " of " in line]
        commands = [line for line in lines[:first] if line.startswith("  $ ")]
        assert len(begun) == (1 if "run" in begin else 2)
        assert len(commands) == 2
        assert first == len(begun) + len(commands) + 1, "and nothing else above the results"
        assert lines[first + len(results) :][:2] == ["", str(file)]


def test_what_is_long_is_said_beforehand(capsys):
    Display().say_how_long(59)
    assert capsys.readouterr().out == ""
    Display().say_how_long(145)
    assert capsys.readouterr().out == "This takes about 2:25 minutes.\n"


WAITERS = [each.name for each in WAITING.subjects]


@pytest.mark.parametrize(
    ("expected", "users", "names", "told"),
    [
        (comparison.expected_seconds, 20, WAITERS, (16 * len(WAITERS), 18 * len(WAITERS))),
        (comparison.expected_seconds, 40, ["awaiting", "blocking", "threaded"], (52, 64)),
        (comparison.expected_seconds, 20, BY_DEFAULT, (32, 40)),
        (sweep.expected_seconds, 256, BY_DEFAULT, (390, 450)),
    ],
    ids=["--all", "--set blocking", "run", "sweep"],
)
def test_what_is_said_beforehand_is_near_what_was_once_measured(expected, users, names, told):
    plan, said = Plan(users, parse(["run"]).seconds, 4), []
    subjects = [SUBJECTS[name] for name in names]
    display = SimpleNamespace(say_how_long=said.append)
    Bench(subjects, plan, CONDITIONS, Path(), Path(), display).say_how_long(expected)
    assert told[0] <= said[0] <= told[1]
