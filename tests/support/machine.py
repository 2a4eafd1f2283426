"""A measurement that others have spoiled is taken again, before anything is called wrong."""

import functools
import resource
from contextlib import suppress

import psutil

from instrument.edges.errors import InstrumentError
from instrument.edges.processes import wait_until

TIMES = 3
BUSY = 0.25  # of all CPUs, by others than this test and what it has started
LONGEST_WAIT = 20  # seconds, until others leave the CPUs alone


def clocks():
    """Return seconds of CPU: used by all, used by this process and its children, and there."""
    times = psutil.cpu_times()
    there = sum(times[:8])  # guest time is counted as user time already
    ours = sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )
    return there - times.idle - getattr(times, "iowait", 0), ours, there


def share_of_others(before, after):
    used, ours, there = (late - early for early, late in zip(before, after, strict=True))
    return (used - ours) / there if there else 0


def again_while_busy(measure, wrong=AssertionError):
    """Measure; where it is wrong and others used the CPUs meanwhile, wait for them and measure again."""
    for left in reversed(range(TIMES)):
        before = clocks()
        try:
            return measure()
        except wrong:
            if not left or share_of_others(before, clocks()) < BUSY:
                raise
        with suppress(InstrumentError):
            wait_until(lambda: psutil.cpu_percent(1) < 100 * BUSY, seconds=LONGEST_WAIT)


def taken_again(test):
    """Make a test one that measures again while others use the CPUs."""

    @functools.wraps(test)
    def take(**arguments):
        again_while_busy(lambda: test(**arguments))

    return take
