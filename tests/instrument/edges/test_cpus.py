"""How many CPUs a process may use: what the instrument counts, and what each Python counts."""

import json
import os
import sys

import pytest

from instrument.edges.cpus import usable_cpus
from instrument.edges.processes import ROOT
from instrument.load.bench import Plan
from instrument.load.calibration import calibrate
from instrument.load.conditions import Conditions
from instrument.servers import SUBJECTS
from tests.support.commands import run

ALL, ONE = os.cpu_count(), 1


@pytest.fixture(autouse=True)
def on_one_cpu():
    """Keep this thread, and what it starts, on one CPU."""
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("only Linux keeps a process on some of the CPUs")
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    yield
    os.sched_setaffinity(0, allowed)


OF_THE_POOL = """
import asyncio, threading
from instrument.servers import TO_THREAD_THREADS

async def main():
    over = threading.Event()
    calls = [asyncio.ensure_future(asyncio.to_thread(over.wait)) for _ in range(40)]
    await asyncio.sleep(0)  # each call has begun a thread, or found the pool full
    begun = sum(each.name.startswith("asyncio") for each in threading.enumerate())
    over.set()
    await asyncio.gather(*calls)
    return begun

print(json.dumps([TO_THREAD_THREADS, asyncio.run(main())]))
"""
OF_PYTHON = """
from concurrent.futures import ThreadPoolExecutor
of_process = getattr(os, "process_cpu_count", None)
print(json.dumps([os.cpu_count(), of_process and of_process(), ThreadPoolExecutor()._max_workers]))
"""


def told_by(script):
    done = run(sys.executable, "-c", f"import json, os\n{script}")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_instrument_counts_what_it_may_use(tmp_path):
    calibrate(tmp_path)
    plan = Plan(users=20, seconds=8, workers=4, cpu_seconds=0.5)
    assert usable_cpus() == Conditions.here_and_now(20, 8, 4).cpus == ONE
    assert plan.ceiling(SUBJECTS["sync-busy"], 20) * 0.5 == ONE
    assert len(list(tmp_path.iterdir())) == ONE, "a process for each CPU"


def test_the_slots_of_to_thread_are_the_threads_of_its_pool():
    told, begun = told_by(OF_THE_POOL)
    assert told == begun


def test_what_the_page_says_of_each_python_is_so():
    counted, pool = (None, ALL + 4) if sys.version_info < (3, 13) else (ONE, ONE + 4)
    assert told_by(OF_PYTHON) == [ALL, counted, min(32, pool)]
    text = " ".join((ROOT / "compare/README.md").read_text("utf-8").split())
    assert "From Python 3.13 on, `os.process_cpu_count()` gives the second number" in text
    assert (
        "counts with the first number on Python 3.11 and 3.12, and with the second from 3.13 on"
        in text
    )
