"""How late a sleeper wakes: what a busy program, or a busy machine, adds to every latency.

  python instrument/load/lateness.py     prints when it woke, and how late, until it is ended

The load generator runs the same in a greenlet: there it measures the generator.
"""

import time
from collections.abc import Callable

SLEEP_SECONDS = 0.05


def woken(sleep: Callable[[float], None] = time.sleep) -> tuple[float, float]:
    """Sleep once; return when that ended, in s on the monotonic clock, and how late, in ms."""
    begun = time.monotonic()
    sleep(SLEEP_SECONDS)
    now = time.monotonic()
    return now, 1000 * (now - begun - SLEEP_SECONDS)


if __name__ == "__main__":
    while True:
        print(*woken(), flush=True)
