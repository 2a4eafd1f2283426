"""Every cell of chapter 6's tables, done anew to the real servers, and its clients."""

import json
import os
import signal
import subprocess
import sys

import psutil
import pytest
from compare.check import lacking
from compare.processes import ROOT, free_port
from production.servers import SERVERS, nginx, running, wait_until
from tests.cells import Chapter, check_interruption, check_no_server

from connections import labs, late_client, memory

CHAPTER = Chapter("connections/labs", labs.LABS)


@pytest.mark.parametrize(("lab", "server"), CHAPTER.cells())
def test_a_cell_of_the_table(restless, lab, server):
    CHAPTER.check(lab, server)


def test_the_table_stands_in_the_chapter():
    CHAPTER.check_table()


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


@pytest.mark.parametrize("module", ["connections.labs", "connections.memory"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing(restless, number, module, tmp_path):
    check_interruption(module, number, tmp_path)


def test_an_interruption_while_requests_are_held_leaves_nothing(restless, tmp_path):
    check_interruption(
        "connections.memory",
        signal.SIGINT,
        tmp_path,
        when=lambda process: len(process.net_connections()) > 20,
    )


@pytest.mark.parametrize(
    ("module", "arguments"),
    [("connections.idle_client", []), ("connections.websocket_client", ["hello"])],
)
def test_a_client_says_where_no_server_is(module, arguments):
    check_no_server(module, free_port(), *arguments)


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
