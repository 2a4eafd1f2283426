"""Every cell of the chapters' tables, done anew to the real servers."""

import json
import os
import signal
import subprocess
import sys

import psutil
import pytest

from compare.check import lacking
from compare.processes import ROOT, free_port
from connections import labs, late_client, memory
from production import faults
from production.servers import SERVERS, nginx, running, wait_until
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


def test_what_four_workers_cost_beside_each_other(all_cpus):
    memory.allow_connections()
    saved = json.loads(memory.DATA.read_text())["costs"]
    told = {name: memory.Cost(**cost) for name, cost in saved.items()}
    seen = {name: memory.cost(server, requests) for name, server, requests in memory.setups()}
    for name, each in seen.items():
        print(name, each)
        for what in ("idle", "holding"):
            share = getattr(told[name], what) / told[memory.FIRST].idle
            assert getattr(each, what) / seen[memory.FIRST].idle == pytest.approx(share, rel=0.25)
        if each.requests == memory.MANY:
            assert each.holding - each.idle < 0.04 * each.requests  # MB: less than 40 KB each
    for costs in (told, seen):
        assert max(costs, key=lambda name: costs[name].cpu).startswith("gthread")


def test_the_costs_stand_in_the_chapter():
    text = memory.DATA.with_name("README.md").read_text()
    assert memory.TABLE.search(text)[0] == memory.table(json.loads(memory.DATA.read_text()))


@pytest.mark.parametrize("module", ["production.faults", "connections.labs", "connections.memory"])
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
            wait_until(lambda: len(children(recursive=True)) > 4)
            begun = children(recursive=True)
            run.send_signal(number)
            assert run.wait(10) == 128 + number
        finally:
            run.kill()
    _, alive = psutil.wait_procs(begun, timeout=5)
    assert not alive
    assert [each.name for each in tmp_path.iterdir()] == ["log"]
    assert "Traceback" not in (tmp_path / "log").read_text()


def client(module, *arguments):
    return subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
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
    done = client("production.slow_client", *arguments)
    assert done.returncode == 2
    assert message in done.stderr


@pytest.mark.parametrize(
    ("module", "arguments", "message"),
    [
        ("production.slow_client", ["4"], "no server at 127.0.0.1:"),
        ("connections.idle_client", [], "no answer at 127.0.0.1:"),
        ("connections.websocket_client", ["hello"], "no WebSocket at 127.0.0.1:"),
    ],
)
def test_a_client_says_in_a_line_where_no_server_is(module, arguments, message):
    port = free_port()
    done = client(module, *arguments, "--port", port)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith(f"{message}{port}: ")
    wrong = client(module, *arguments, "--port", "99999")
    assert wrong.returncode == 2
    assert "'99999' is not a number from 1 to 65535" in wrong.stderr


@pytest.mark.skipif(bool(lacking("nginx")), reason=lacking("nginx"))
def test_nginx_goes_on_when_the_late_client_is_stopped(tmp_path):
    with (
        running(SERVERS[0]) as run,
        nginx(ROOT / "connections/nginx.conf", run.port) as proxy,
    ):
        (tmp_path / "results").mkdir()
        (tmp_path / "results/nginx").symlink_to(proxy.log.parent)
        late = subprocess.Popen(
            [sys.executable, "-m", "connections.late_client", "--port", str(proxy.port)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        worker = psutil.Process(proxy.worker)
        try:
            wait_until(lambda: worker.status() == psutil.STATUS_STOPPED)
            late.terminate()
            assert late.wait(5) == 143
        finally:
            late.kill()
        assert worker.status() != psutil.STATUS_STOPPED


def run_late(monkeypatch, folder, pid):
    (folder / "nginx.pid").write_text(f"{os.getpid() if pid == 'myself' else pid}\n")
    monkeypatch.setattr(late_client, "PID_FILE", folder / "nginx.pid")
    monkeypatch.setattr(sys, "argv", ["late_client"])
    late_client.main()


@pytest.mark.parametrize("pid", ["-1", "0", "none", "myself", 2**40])
def test_late_client_holds_nobody_but_nginx(monkeypatch, tmp_path, pid):
    monkeypatch.setattr(os, "kill", None)
    with pytest.raises(SystemExit, match="no nginx runs that"):
        run_late(monkeypatch, tmp_path, pid)
