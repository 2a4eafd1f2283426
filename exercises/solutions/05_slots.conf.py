"""Exercise 5: workers and threads, in a configuration file of gunicorn.

Thirty requests come each second, and each waits for half a second. Choose the fewest processes,
and enough threads, that at least nine in ten are answered without a queue that grows.
"""

worker_class = "gthread"
workers = 1
threads = 20
