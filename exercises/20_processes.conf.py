"""Exercise 20: the fewest processes, in a configuration file of gunicorn.

Eighty requests come each second, to a machine with two CPUs. Each waits for 0.09 s and computes for
0.01 s, in Python. Choose the fewest processes, and their threads, so that

- each process computes for at most 70 % of the time;
- there are at least 1.5 times as many slots as requests in progress, since they come at random;
- no process has more threads than keep it busy: one that waits, and those that compute meanwhile.

The check does the arithmetic, then runs it with as many users as there are requests in progress.
"""

worker_class = "gthread"
workers = 5  # TODO: 2n + 1
threads = 1  # TODO
