"""What other programs use of the CPUs, told apart from what is measured."""

import os
import sys

import psutil
import pytest

from instrument.edges import processes
from instrument.edges.processes import wait_until
from instrument.load.others import Clock, clock, cost_of_each, share_of_others, waited_by_all

BURN = [sys.executable, "-c", "while True: pass"]


def test_share_is_of_all_cpus_between_two_instants():
    clocks = [
        Clock(at, (0.4 * at,), here=0.1 * at, everybody=1.3 * at, there=2 * at) for at in range(10)
    ]
    assert share_of_others(clocks, 2, 8) == pytest.approx(0.4)
    assert share_of_others(clocks[:1], 0, 9) == share_of_others([], 0, 9) == 0
    idle = [
        Clock(at, (0.4 * at,), here=0.1 * at, everybody=0.4 * at, there=2 * at) for at in range(3)
    ]
    assert share_of_others(idle, 0, 2) == 0, "clocks of different grain are no others"


def test_costs_are_those_of_one_event_between_two_looks():
    clocks = [Clock(at, (0.4 * at, 0.2 * at), 0, at, 2 * at) for at in range(5)]
    times = [-1, 0, 0.5, 1, 3.9, 4]
    assert cost_of_each(clocks, times) == pytest.approx((1000 * 1.6 / 4, 1000 * 0.8 / 4))
    assert cost_of_each([], times) == cost_of_each(clocks, [7]) == ()


def test_a_process_and_what_it_has_started_is_ours_and_another_is_not(tmp_path):
    child = [sys.executable, "-c", "import os; os.fork(); [None for _ in iter(int, 1)]"]
    with (
        processes.running(child, tmp_path / "ours") as ours,
        processes.running(BURN, tmp_path / "other") as other,
    ):
        known = psutil.Process(ours.pid)
        wait_until(lambda: known.children())
        before = clock(ours.pid)
        busy = [psutil.Process(other.pid), known, *known.children()]
        wait_until(lambda: all(sum(each.cpu_times()[:2]) > 0.5 for each in busy))
        after = clock(ours.pid)
        used = sum(sum(each.cpu_times()[:2]) for each in (*busy[1:], psutil.Process()))
    assert 0.5 < after.ours - before.ours <= used, "of both of ours, and of this process"
    assert after.everybody - before.everybody > after.ours - before.ours


def test_two_that_compute_on_one_cpu_wait_for_each_other(tmp_path):
    with (
        processes.running(BURN, tmp_path / "one") as one,
        processes.running(BURN, tmp_path / "other") as other,
    ):
        cpu = min(os.sched_getaffinity(0))
        for each in (one, other):
            os.sched_setaffinity(each.pid, {cpu})
        wait_until(lambda: min(waited_by_all(one.pid), waited_by_all(other.pid)) > 0.2)
