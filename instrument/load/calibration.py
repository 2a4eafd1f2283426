"""For how long busy_app computes, while all CPUs do the same."""

import statistics
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from instrument.edges import processes
from instrument.edges.cpus import usable_cpus
from instrument.edges.errors import InstrumentError
from wsgi.busy_app import work

TIMES = 20


def calibrate(scratch: Path, cpus: int | None = None) -> float:
    """Return the median of the CPU seconds that each request will take, on all usable CPUs side by side.

    Two CPUs may be one core's two threads, and slower together than each alone.
    """
    command = [sys.executable, "-m", "instrument.load.calibration"]
    logs = [scratch / f"calibration.{cpu}.log" for cpu in range(cpus or usable_cpus())]
    with ExitStack() as stack:
        every = [stack.enter_context(processes.running(command, log)) for log in logs]
        processes.wait_until(lambda: all(each.poll() is not None for each in every), seconds=60)
        for each, log in zip(every, logs, strict=True):
            if each.returncode:
                raise InstrumentError("busy_app.py can't be timed", log)
    return statistics.median(
        float(word) for log in logs for word in log.read_text(encoding="utf-8").split()
    )


def main() -> None:
    for _ in range(TIMES):
        start = time.process_time()
        work()
        print(time.process_time() - start)


if __name__ == "__main__":
    main()
