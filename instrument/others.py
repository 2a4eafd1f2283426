"""How much of the CPUs other programs used: neither this one, nor the server, nor Locust."""

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Clock:
    """What was used until a moment, in seconds of CPU."""

    at: float  # seconds, on the monotonic clock
    ours: float
    everybody: float  # without what the kernel does for the network
    there: float  # of all CPUs together


def share_of_others(clocks: Iterable[Clock], start: float, end: float) -> float:
    """Return the share of all CPUs that others used between two instants; 0 where nothing is known."""
    within = [each for each in clocks if start <= each.at <= end]
    if not within or within[-1].there <= within[0].there:
        return 0.0
    first, last = within[0], within[-1]
    others = last.everybody - first.everybody - (last.ours - first.ours)
    return max(0.0, others / (last.there - first.there))


def clock(*processes: int) -> Clock:
    """Look at the CPUs, at this process, and at some others with all that they have started."""
    times = psutil.cpu_times()
    ours = used(psutil.Process(), children=False)
    for pid in processes:
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            for each in (process, *process.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):
                    ours += used(each)
    everybody = times.user + getattr(times, "nice", 0) + times.system
    return Clock(time.monotonic(), ours, everybody, sum(times[:8]))


def used(process: psutil.Process, children: bool = True) -> float:
    """Return what a process has used, with its children that have ended."""
    times = process.cpu_times()
    ended = times.children_user + times.children_system if children else 0.0
    return times.user + times.system + ended
