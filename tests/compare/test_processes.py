import signal
import subprocess
import sys

import psutil

from compare.processes import ROOT, tail_of_log
from tests.network import eventually

STARTER = """
import pathlib, sys, time
from compare import processes
with processes.running("gunicorn --no-control-socket --bind 127.0.0.1:0 wsgi.app:app", pathlib.Path(sys.argv[1])):
    time.sleep(60)
"""


def test_tail_is_told_without_the_frames_of_tracebacks():
    log = "one\n\nTraceback (most recent call last):\n  File x\n    y\nValueError: z\nlast\n"
    assert tail_of_log(log) == ["one", "ValueError: z", "last"]


def test_servers_end_also_when_the_one_that_started_them_is_killed(tmp_path):
    command = [sys.executable, "-c", STARTER, str(tmp_path / "log")]
    starter = psutil.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL)

    def booted():
        every = starter.children(recursive=True)
        return every if sum("gunicorn" in " ".join(each.cmdline()) for each in every) == 2 else None

    every = eventually(booted)
    starter.send_signal(signal.SIGKILL)
    starter.wait()
    eventually(lambda: not any(each.is_running() and each.status() != "zombie" for each in every))
