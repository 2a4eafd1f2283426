"""Exercise 5: workers and threads, in a configuration file of gunicorn.

Thirty requests come each second, and each waits for half a second. Choose the fewest processes,
and enough threads, that at least nine in ten are answered without a queue that grows.

The check counts the answers under that load, and does the arithmetic.
"""

worker_class = "gthread"
workers = 2  # TODO
threads = 4  # TODO
