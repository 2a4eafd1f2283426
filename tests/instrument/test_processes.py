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


def test_tail_tells_each_error_once_with_its_place_and_no_frames():
    crash = 'Traceback (most recent call last):\n  File "a.py", line 7\n    y\nValueError: z\n'
    log = f"[INFO] one\n\n{crash}[ERROR] two\n{crash}[INFO] three\n"
    assert tail_of_log(log) == ["ValueError: z (a.py, line 7)", "[ERROR] two"]
    assert tail_of_log("[INFO] only\n") == ["[INFO] only"]


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
