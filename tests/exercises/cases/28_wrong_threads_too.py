# says: Threads of one process compute in turns.
import os

cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
worker_class = "gthread"
workers = cpus
threads = 4
