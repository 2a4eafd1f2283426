"""Tries the cells of a chapter's table anew, and runs the chapter's programs as a user does."""

import json
import os
import subprocess
import sys

import psutil
import pytest
from compare.processes import ROOT
from production.servers import SERVERS, wait_until
from production.tables import TABLE, table, versions


class Chapter:
    """The labs of a chapter, and what is told of them: in folder/name.json, and in a README."""

    def __init__(self, path, labs):
        self.path, self.labs = ROOT / path, labs
        self.told = json.loads(self.path.with_suffix(".json").read_text())

    def cells(self, takes_all_cpus=False):
        return [
            pytest.param(lab, server, id=f"{lab.fault}-{server.name}")
            for lab in self.labs
            for server in SERVERS
            if lab.takes_all_cpus is takes_all_cpus
        ]

    def check(self, lab, server):
        if lab.lacks:
            pytest.skip(lab.lacks)
        wanted, seen = self.told["cells"][lab.fault][server.name], lab.try_on(server)
        told, here = self.told["versions"], versions()
        changed = [f"{name} {here.get(name)}" for name in told if told[name] != here.get(name)]
        assert seen == wanted, f"{lab.fault}, {server.name}: not as told; other versions: {changed}"

    def check_table(self):
        text = self.path.with_name("README.md").read_text()
        assert TABLE.search(text)[0] == table(self.told)
        assert list(self.told["cells"]) == [lab.fault for lab in self.labs]


def has_children(process):
    return len(process.children(recursive=True)) > 4


def check_interruption(module, number, folder, when=has_children):
    """Run a module, stop it by a signal once it has started servers, and see that all is gone."""
    with (folder / "log").open("w") as log:
        run = subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(folder)},
            stdout=log,
            stderr=log,
        )
        try:
            process = psutil.Process(run.pid)
            wait_until(lambda: when(process))
            begun = process.children(recursive=True)
            run.send_signal(number)
            assert run.wait(10) == 128 + number
        finally:
            run.kill()
    _, alive = psutil.wait_procs(begun, timeout=5)
    assert not alive
    assert [each.name for each in folder.iterdir()] == ["log"]
    assert "Traceback" not in (folder / "log").read_text()


def client(module, *arguments):
    return subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=20,
    )


def check_no_server(module, port, *arguments):
    """See that a client says in one line that nobody listens, and that a wrong port is refused."""
    done = client(module, *arguments, "--port", port)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert f" 127.0.0.1:{port}: " in done.stderr
    wrong = client(module, *arguments, "--port", "99999")
    assert wrong.returncode == 2
    assert "'99999' is not a number from 1 to 65535" in wrong.stderr
