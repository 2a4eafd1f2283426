"""How many CPUs this process may use: fewer than the machine has where taskset or a cpuset limits them."""

import os


def usable_cpus() -> int:
    affinity = getattr(os, "sched_getaffinity", None)  # which macOS lacks
    return len(affinity(0)) if affinity else os.cpu_count() or 1
