"""The clients of chapters 4 to 6: what each says where no server is, and of wrong arguments."""

import os
import signal
import subprocess
import sys

import psutil
import pytest

from connections import late_client
from instrument.edges.processes import ROOT, free_port, wait_until
from instrument.edges.tools import lacking
from instrument.faults.fixtures import launched, nginx
from instrument.servers import BY_NAME
from tests.support.commands import run, run_module

CLIENTS = [
    ("production.slow_client", "4"),
    ("connections.idle_client",),
    ("connections.websocket_client", "hello"),
]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_says_in_one_line_that_nobody_listens(client):
    port = free_port()
    done = run_module(*client, "--port", port)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert f" 127.0.0.1:{port}: " in done.stderr


def test_the_slow_client_is_bounded():
    done = run_module("production.slow_client", "501")
    assert (done.returncode, done.stdout) == (2, "")
    assert "'501' is not a whole number from 1 to 500" in done.stderr


def test_hold_lock_says_in_one_line_that_there_is_no_database(tmp_path):
    command = [sys.executable, "-m", "starlette_api.hold_lock"]
    done = run(*command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("start the notes in this folder first: ")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(bool(lacking("nginx")), reason=lacking("nginx"))
def test_nginx_goes_on_when_the_late_client_is_stopped(tmp_path):
    with (
        launched(BY_NAME["sync"]) as run,
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
            late.send_signal(signal.SIGTERM)
            assert late.wait(5) == 143
        finally:
            late.kill()
        assert worker.status() != psutil.STATUS_STOPPED


@pytest.mark.parametrize("pid", ["-1", "0", "none", "myself", 2**40])
def test_late_client_holds_nobody_but_nginx(monkeypatch, tmp_path, pid):
    (tmp_path / "nginx.pid").write_text(
        f"{os.getpid() if pid == 'myself' else pid}\n", encoding="utf-8"
    )
    monkeypatch.setattr(late_client, "PID_FILE", tmp_path / "nginx.pid")
    monkeypatch.setattr(sys, "argv", ["late_client"])
    monkeypatch.setattr(os, "kill", None)
    with pytest.raises(SystemExit, match="names no running nginx"):
        late_client.main()
