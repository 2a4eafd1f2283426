"""A second locustfile, beside the shared one: writes down when each request was completed.

  locust --locustfile locustfile.py,instrument/locustfiles/recorder.py … --completions FILE

Locust's own statistics round latencies and average over the ramp-up as well. With --processes,
each process writes a file of its own, with its number before the ending.

Two things in Locust's process delay what it measures, so that they are kept away from the steady
part: the garbage collector, which stops all users, and moves from one CPU to another.
"""

import gc
import json
import os
import time
from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from typing import Any

import gevent
import psutil
from locust import events
from locust.runners import LocalRunner, MasterRunner

from instrument.edges.files import write
from instrument.load.lateness import woken


@events.init_command_line_parser.add_listener
def add_option(parser: ArgumentParser) -> None:
    add = partial(parser.add_argument, include_in_web_ui=False)
    add("--completions", metavar="FILE", required=True, help="where to write them, as JSON")
    add("--path", default="/", help="what users ask for")


def cpu_clocks() -> tuple[float, float, float]:
    """Return seconds: of this process, of all CPUs that were busy, and of all CPUs together."""
    machine = psutil.cpu_times()
    total = sum(machine[:8])  # guest time is counted as user time already
    busy = total - machine.idle - getattr(machine, "iowait", 0)
    return time.process_time(), busy, total


def keep_one_cpu(number: int) -> None:
    """Stay on one CPU of those that are allowed, the last one first, where a system can do that."""
    if hasattr(os, "sched_setaffinity") and len(cpus := sorted(os.sched_getaffinity(0))) > 1:
        os.sched_setaffinity(0, {cpus[-1 - number % len(cpus)]})


@events.init.add_listener
def record(environment: Any, runner: Any, **_: object) -> None:
    for user_class in environment.user_classes:
        user_class.path = environment.parsed_options.path
    completions: list[tuple[float, float, bool]] = []
    late: list[tuple[float, float]] = []
    clocks: list[float] = []
    recording: dict[str, Any] = {"spawned": None, "stopping": None}
    recording |= {"completions": completions, "late": late}

    @gevent.spawn
    def note_lateness() -> None:
        while True:
            late.append(woken(gevent.sleep))

    @environment.events.request.add_listener
    def on_request(response_time: float, exception: Exception | None, **_: object) -> None:
        completions.append((time.monotonic(), response_time, bool(exception)))

    @environment.events.spawning_complete.add_listener
    def on_spawning_complete(**_: object) -> None:
        if not isinstance(runner, MasterRunner):  # which has no users
            keep_one_cpu(runner.worker_index)
        gc.collect()
        gc.disable()
        recording["spawned"] = time.monotonic()
        clocks[:] = cpu_clocks()

    @environment.events.test_stopping.add_listener
    def on_test_stopping(**_: object) -> None:
        recording["stopping"] = now = time.monotonic()
        gc.enable()
        if clocks:
            own, busy, total = (after - before for after, before in zip(cpu_clocks(), clocks))
            recording["locust_cpu"] = own / (now - recording["spawned"])
            recording["machine_cpu"] = busy / (total or 1)

    @environment.events.quit.add_listener
    def write_down(**_: object) -> None:
        path = Path(environment.parsed_options.completions)
        if not isinstance(runner, LocalRunner):
            path = path.with_suffix(f".{os.getpid()}.json")
        write(path, json.dumps(recording))
