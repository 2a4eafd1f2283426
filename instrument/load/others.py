"""How much of the CPUs the server, Locust and this program used; the rest was used by others."""

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Clock:
    """What was used until a moment, in seconds of CPU."""

    at: float  # seconds, on the monotonic clock
    parts: tuple[float, ...]  # by each process that was asked for, with all that it has started
    here: float  # by this process
    everybody: float  # without what the kernel does for the network
    there: float  # of all CPUs together
    waits: tuple[float, ...] = ()  # seconds for which each part was ready, and had no CPU

    @property
    def ours(self) -> float:
        return self.here + sum(self.parts)


def between(clocks: Iterable[Clock], start: float, end: float) -> list[Clock]:
    return [each for each in clocks if start <= each.at <= end]


def share_of_others(clocks: Iterable[Clock], start: float, end: float) -> float:
    """Return the share of all CPUs that others used between two instants; 0 where nothing is known."""
    within = between(clocks, start, end)
    if not within or within[-1].there <= within[0].there:
        return 0.0
    first, last = within[0], within[-1]
    others = last.everybody - first.everybody - (last.ours - first.ours)
    return max(0.0, others / (last.there - first.there))


def cost_of_each(clocks: Iterable[Clock], times: Iterable[float]) -> tuple[float, ...]:
    """Return what each part used for one of the events at these times, in ms of CPU.

    Nothing where no event lies between the first and the last look at the CPUs.
    """
    looks = list(clocks)
    if not looks:
        return ()
    first, last = looks[0], looks[-1]
    count = sum(first.at <= time < last.at for time in times)
    if not count:
        return ()
    return tuple(1000 * (a - b) / count for a, b in zip(last.parts, first.parts, strict=True))


def clock(*processes: int) -> Clock:
    """Look at the CPUs, at this process, and at some others with all that they have started."""
    times = psutil.cpu_times()
    everybody = times.user + getattr(times, "nice", 0) + times.system
    parts = tuple(used_by_all(pid) for pid in processes)
    waits = tuple(waited_by_all(pid) for pid in processes)
    here, there = time.process_time(), sum(times[:8])  # guest time is counted as user time already
    return Clock(time.monotonic(), parts, here, everybody, there, waits)


def family(pid: int) -> list[psutil.Process]:
    """Return a process, and all that it has started."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    return []


def used_by_all(pid: int) -> float:
    """Return what a process and all that it has started have used, with children that have ended."""
    total = 0.0
    for each in family(pid):
        with suppress(psutil.NoSuchProcess):
            total += sum(each.cpu_times()[:4])  # user and system; the same of ended children
    return total


def waited_by_all(pid: int) -> float:
    """Return for how many seconds the threads of a process and of its children waited for a CPU.

    From /proc/PID/task/TID/schedstat, in ns; 0 where the system does not tell.
    """
    total = 0.0
    for each in family(pid):
        for told in Path(f"/proc/{each.pid}/task").glob("*/schedstat"):
            with suppress(OSError):  # a thread that has ended meanwhile
                total += int(told.read_text("ascii").split()[1]) / 1e9
    return total
