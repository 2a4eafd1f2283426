"""Exercise 28: an application that computes, in a configuration file of gunicorn.

Threads of one process take turns with Python's lock, so that a process keeps one CPU busy. As many
processes as there are CPUs keep all of them busy, whatever their class.
"""

import os

worker_class = "sync"
workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
threads = 1
