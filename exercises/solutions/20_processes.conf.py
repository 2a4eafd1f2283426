"""Exercise 20: the fewest processes, in a configuration file of gunicorn.

Eighty requests come each second, to a machine with two CPUs. Each waits for 0.09 s and computes for
0.01 s, in Python. Choose the fewest processes, and their threads, so that

- each process computes for at most 70 % of the time;
- there are at least 1.5 times as many slots as requests in progress, since they come at random;
- no process has more threads than keep it busy: one that waits, and those that compute meanwhile.
"""

worker_class = "gthread"
workers = 2  # 80 * 0.01 / 0.7 = 1.14
threads = 8  # 80 * 0.1 = 8 in progress, so 12 slots at least; 1 + 0.09 / 0.01 = 10 at most
