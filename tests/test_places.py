"""The repository in a folder such as people have: what a reader types is right there, too."""

import json

import pytest

from instrument.edges.processes import ROOT
from instrument.faults import tables
from instrument.faults.table import TRIED
from tests.support.readme import steps
from tests.support.terminal import reader

# What a shell takes apart, and longer than the first line of a script may be.
NAME = " ".join(["it's a größer place"] * 11)
ROW = """
from instrument.faults.table_deploys import TABLE
from instrument.faults.table import TRIED
print(TABLE.rows[0].try_on(TRIED[0]))
"""


def blocks_of_a_server():
    """Return what chapter 1 says of its first server with a pid file: from its start to its stop."""
    every = steps((ROOT / "wsgi/README.md").read_text(encoding="utf-8"))
    first = next(number for number, step in enumerate(every) if "--pid gunicorn.pid" in step.text)
    last = next(number for number in range(first, len(every)) if "stop" in every[number].options)
    return every[first : last + 1]


@pytest.fixture
def terminal():
    with reader(name="My Drive") as terminal:
        terminal.root.rename(terminal.folder / NAME)
        terminal.root.symlink_to(terminal.folder / NAME)
        temporary = terminal.root / "temporary files"
        temporary.mkdir()
        path = f"{terminal.root.resolve()}/.venv/bin:{terminal.environment['PATH']}"
        terminal.environment |= {"PATH": path, "TMPDIR": str(temporary)}
        yield terminal


@pytest.mark.long
@pytest.mark.ports
def test_all_is_right_where_people_put_it(terminal):
    typed = [
        "python -m compare run uvicorn-worker --users 2 --workers 1 --seconds 1",
        "cp exercises/solutions/01_bytes.py exercises/ && python -m exercises 1",
        f"python -c '{ROW}'",
    ]
    measured, exercise, row = (
        ("\n".join(printed), status) for printed, status in terminal.results(typed, 60)
    )
    assert (measured[1], exercise[1], row[1]) == (0, 0, 0), f"{measured}\n{exercise}\n{row}"
    [result] = json.loads((terminal.root / "results/comparison.json").read_text(encoding="utf-8"))[
        "results"
    ]
    assert result["failures"] == 0
    assert "Solved." in exercise[0]
    [table] = tables(["deploys"])
    saved = table.saved()["cells"][table.rows[0].title]
    assert row[0] == saved[TRIED[0].name]
    for step in blocks_of_a_server():
        terminal.do(step)
