"""Every cell of the tables of chapters 5 to 8 and of the questions, done anew to the real servers."""

import os
import signal
import subprocess
from itertools import cycle

import psutil
import pytest
from websockets.exceptions import WebSocketException

from instrument.edges.errors import InstrumentError
from instrument.edges.processes import ROOT, wait_until
from instrument.faults import TABLES, table_costs, table_handlers, tables
from instrument.faults.table import TRIED, Row, outcomes
from tests.support.commands import COMPARE
from tests.support.offspring import gone

CELLS = [
    pytest.param(table, row, server, id=f"{table.name}: {row.title}-{server.name}")
    for table in tables()
    for row in table.rows
    for server in row.servers
]


@pytest.mark.parametrize(("table", "row", "server"), CELLS)
def test_a_cell(table, row, server):
    if row.lacks:
        pytest.skip(row.lacks)
    saved = table.saved()
    told, here = saved["versions"], table.versions
    changed = [f"{name} {here.get(name)}" for name in told if told[name] != here.get(name)]
    assert row.outcome(server) == saved["cells"][row.title][server.name], f"changed: {changed}"


@pytest.mark.parametrize("table", tables(), ids=TABLES)
def test_a_table_stands_in_its_chapter_as_it_was_saved(table):
    saved = table.saved()
    assert table.place.search(table.readme.read_text(encoding="utf-8"))[0] == table.shown(saved)
    rows = {
        "costs": [setup.title for setup in table_costs.SETUPS],
        "handlers": [handler.row for handler in table_handlers.HANDLERS],
    }
    assert list(saved["cells"]) == rows.get(table.name, [row.title for row in table.rows])


def test_chapter_8_calculates_with_the_memory_of_chapter_6():
    cells = table_costs.TABLE.saved()["cells"]
    workers, uvicorn = (
        cells[f"{name}, 4 workers"]["idle"] for name in ("uvicorn-worker", "uvicorn")
    )
    text = " ".join((ROOT / "diagnosis/README.md").read_text(encoding="utf-8").split())
    assert f"under one master | 5 | {workers} |" in text
    assert f"| 8 | {workers} / 5 × 8 = {workers / 5 * 8:.0f} |" in text
    assert f"| 4 | {uvicorn} / 5 × 4 = {uvicorn / 5 * 4:.0f} |" in text


@pytest.mark.measures(seconds=13)
@pytest.mark.parametrize(
    "setup",
    [
        each
        for each in table_costs.SETUPS
        if each.title.startswith(("sync", "gthread", "asgi", "the same"))
    ],
    ids=lambda setup: setup.title,
)
def test_what_four_workers_cost(setup):
    told = table_costs.Cost(**table_costs.TABLE.saved()["cells"][setup.title])
    seen = table_costs.cost(setup, rounds=1)
    print(seen)
    assert seen.with_many / seen.idle == pytest.approx(told.with_many / told.idle, rel=0.25)
    if seen.many > table_costs.WORKERS:
        assert seen.one_more < seen.worker / 20, "a request more is cheap where no worker is"
    if seen.cpu_kept is not None:
        assert seen.cpu_kept < seen.cpu, "a connection costs CPU, too"


def has_children(process):
    return len(process.children(recursive=True)) > 4


def holds_requests(process):
    return len(process.net_connections()) > 20


@pytest.mark.parametrize(
    ("table", "number", "when"),
    [
        *((*each, has_children) for each in zip(TABLES, cycle([signal.SIGINT, signal.SIGTERM]))),
        ("costs", signal.SIGINT, holds_requests),
    ],
)
def test_an_interruption_leaves_nothing(table, number, when, tmp_path):
    with (tmp_path / "log").open("w", encoding="utf-8") as log:
        run = subprocess.Popen(
            [*COMPARE, "faults", table],
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(tmp_path)},
            stdout=log,
            stderr=log,
        )
        try:
            process = psutil.Process(run.pid)
            wait_until(lambda: when(process), run, seconds=60)
            begun = process.children(recursive=True)
            run.send_signal(number)
            assert run.wait(10) == 128 + number
        finally:
            run.kill()
    wait_until(lambda: gone(begun), seconds=5)
    assert [each.name for each in tmp_path.iterdir()] == ["log"]
    assert "Traceback" not in (tmp_path / "log").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", [InstrumentError, TimeoutError, WebSocketException])
def test_a_cell_that_can_not_be_tried_ends_all_or_leaves_the_others_their_news(kind):
    def try_on(server):
        if server.name == "asgi":
            raise kind("waited in vain")
        return "new"

    rows, saved = (Row("a row", try_on),), {"a row": {server.name: "old" for server in TRIED}}
    with pytest.raises(InstrumentError, match="a row, asgi: waited in vain"):
        outcomes(rows, saved)
    untried = []
    told = outcomes(rows, saved, untried)["a row"]
    assert told.pop("asgi") == "old"
    assert set(told.values()) == {"new"}
    assert list(map(str, untried)) == ["a row, asgi: waited in vain"]
