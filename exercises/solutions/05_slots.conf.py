"""Exercise 5: workers and threads, in a configuration file of gunicorn.

Thirty requests come each second, and each waits for half a second. Choose the fewest processes,
and enough threads, that each request finds a free thread when it comes.
"""

worker_class = "gthread"
workers = 1
threads = 20
