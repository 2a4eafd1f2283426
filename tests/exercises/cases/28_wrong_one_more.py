# says: the others wait for a CPU. Fewer will do as much.
import os

cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
workers = cpus + 1
