import signal
import subprocess
import sys

import psutil

from instrument.errors import tail_of_log
from instrument.processes import ROOT, wait_until
from tests.support.offspring import gone, offspring


def test_tail_tells_each_error_once_with_its_place_and_no_frames():
    crash = 'Traceback (most recent call last):\n  File "a.py", line 7\n    y\nValueError: z\n'
    log = f"[INFO] one\n\n{crash}[ERROR] two\n{crash}[INFO] three\n"
    assert tail_of_log(log) == ["ValueError: z (a.py, line 7)", "[ERROR] two"]
    assert tail_of_log("[INFO] only\n") == ["[INFO] only"]


def test_servers_end_also_when_the_one_that_started_them_is_killed(tmp_path):
    command = [sys.executable, "-m", "tests.support.starter", str(tmp_path / "log")]
    starter = psutil.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL)
    every = offspring(starter, "gunicorn", 2)
    starter.send_signal(signal.SIGKILL)
    starter.wait()
    wait_until(lambda: gone(every))
