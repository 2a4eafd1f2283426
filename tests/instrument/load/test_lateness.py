"""How late a sleeper wakes, in this process and in one of its own."""

import sys
import time

from instrument.arithmetic.measure import lateness
from instrument.edges import processes
from instrument.edges.processes import wait_until
from instrument.load.bench import read_lateness
from instrument.load.lateness import SLEEP_SECONDS, woken


def test_what_wakes_late_is_told_in_ms():
    before = time.monotonic()
    at, late = woken(lambda seconds: time.sleep(seconds + 0.1))
    assert late >= 100
    assert at - before >= SLEEP_SECONDS + 0.1


def test_lateness_is_that_of_95_percent_between_two_instants():
    late = tuple((at, float(at)) for at in range(200))
    assert lateness(late, 0, 101) == 95
    assert lateness(late, 150, 251) > 150
    assert lateness(late, 300, 400) == 0, "nothing is known"


def test_the_process_prints_whole_lines_until_it_is_ended(tmp_path):
    log = tmp_path / "log"
    with processes.running([sys.executable, "-S", "instrument/load/lateness.py"], log):
        wait_until(lambda: log.read_text(encoding="utf-8").count("\n") > 2)
    moments = [at for at, _ in read_lateness(log.read_text(encoding="utf-8"))]
    assert moments == sorted(moments)
    assert len(moments) > 2
    assert read_lateness("1.5 0.2\n1.6 0.") == [[1.5, 0.2]], "the last line was not finished"
