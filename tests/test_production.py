"""Every cell of the chapters' tables, done anew to the real servers."""

import json
import os
import signal
import subprocess
import sys

import psutil
import pytest

from compare.processes import ROOT, free_port
from connections import labs, memory
from production import faults
from production.servers import SERVERS, wait_until
from production.tables import TABLE, table, versions

CHAPTERS = {"production/faults": faults.LABS, "connections/labs": labs.LABS}
TOLD = {path: json.loads((ROOT / f"{path}.json").read_text()) for path in CHAPTERS}
CELLS = [
    pytest.param(path, lab, server, id=f"{lab.fault}-{server.name}")
    for path, labs in CHAPTERS.items()
    for lab in labs
    for server in SERVERS
]


def check_cell(path, lab, server):
    if lab.lacks:
        pytest.skip(lab.lacks)
    wanted, seen = TOLD[path]["cells"][lab.fault][server.name], lab.try_on(server)
    told, here = TOLD[path]["versions"], versions()
    changed = [f"{name} {here.get(name)}" for name in told if told[name] != here.get(name)]
    assert seen == wanted, f"{lab.fault}, {server.name}: not as told; other versions: {changed}"


@pytest.mark.parametrize(
    ("path", "lab", "server"), [each for each in CELLS if not each.values[1].takes_all_cpus]
)
def test_a_cell_of_the_table(restless, path, lab, server):
    check_cell(path, lab, server)


@pytest.mark.parametrize(
    ("path", "lab", "server"), [each for each in CELLS if each.values[1].takes_all_cpus]
)
def test_a_cell_under_full_load(all_cpus, path, lab, server):
    check_cell(path, lab, server)


@pytest.mark.parametrize("path", CHAPTERS)
def test_the_table_stands_in_the_chapter(path):
    text = (ROOT / path).with_name("README.md").read_text()
    assert TABLE.search(text)[0] == table(TOLD[path])
    assert list(TOLD[path]["cells"]) == [lab.fault for lab in CHAPTERS[path]]


@pytest.mark.parametrize(("name", "server", "requests"), memory.setups())
def test_what_four_workers_cost(all_cpus, name, server, requests):
    memory.allow_connections()
    told = memory.Cost(**json.loads(memory.DATA.read_text())["costs"][name])
    seen = memory.cost(server, requests)
    assert seen.idle == pytest.approx(told.idle, rel=0.25)
    assert seen.holding == pytest.approx(told.holding, rel=0.25)
    assert told.cpu / 2 < seen.cpu < told.cpu * 2
    if requests == memory.MANY:
        assert seen.holding - seen.idle < 0.04 * requests  # MB: less than 40 KB each


def test_the_costs_stand_in_the_chapter():
    text = memory.DATA.with_name("README.md").read_text()
    assert memory.TABLE.search(text)[0] == memory.table(json.loads(memory.DATA.read_text()))


@pytest.mark.parametrize("module", ["production.faults", "connections.labs"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing(restless, number, module, tmp_path):
    with (tmp_path / "log").open("w") as log:
        run = subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(tmp_path)},
            stdout=log,
            stderr=log,
        )
        try:
            children = psutil.Process(run.pid).children
            wait_until(lambda: len(children(recursive=True)) > 8)
            begun = children(recursive=True)
            run.send_signal(number)
            assert run.wait(10) == 128 + number
        finally:
            run.kill()
    _, alive = psutil.wait_procs(begun, timeout=5)
    assert not alive
    assert [each.name for each in tmp_path.iterdir()] == ["log"]
    assert "Traceback" not in (tmp_path / "log").read_text()


def slow_client(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "production.slow_client", *map(str, arguments)],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=20,
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["4", "--host", "10.0.0.1"], "only 127.0.0.1 is attacked, not '10.0.0.1'"),
        (["4", "--host", "localhost"], "only 127.0.0.1 is attacked"),
        (["4", "--seconds", "00000000199999"], "is not a number from 1 to 60"),
        (["501"], "'501' is not a number from 1 to 500"),
        (["4", "--seconds", "61"], "'61' is not a number from 1 to 60"),
    ],
)
def test_slow_client_is_bounded_and_stays_on_this_machine(arguments, message):
    done = slow_client(*arguments)
    assert done.returncode == 2
    assert message in done.stderr


def test_slow_client_says_where_no_server_is():
    port = free_port()
    done = slow_client("4", "--port", port)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"no server at 127.0.0.1:{port}: Connection refused\n"
