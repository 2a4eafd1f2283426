"""Exercise 28: an application that computes, in a configuration file of gunicorn.

Each request computes for 0.03 s in Python, and waits for nothing. Choose the worker class, the
processes and the threads. All CPUs of this machine should work, for CPUs / 0.03 answers a second.
Take no process and no thread more than that needs.

The check runs it with two users for each CPU, and looks at the CPUs.
"""

worker_class = "gthread"
workers = 1  # TODO
threads = 8  # TODO
