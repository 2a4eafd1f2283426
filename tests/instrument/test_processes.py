import signal
import subprocess
import sys

import psutil

from instrument.processes import ROOT, wait_until
from tests.support.offspring import gone, offspring


def test_servers_end_also_when_the_one_that_started_them_is_killed(tmp_path):
    command = [sys.executable, "-m", "tests.support.starter", str(tmp_path / "log")]
    starter = psutil.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL)
    every = offspring(starter, "gunicorn", 2)
    starter.send_signal(signal.SIGKILL)
    starter.wait()
    wait_until(lambda: gone(every))
