"""Exercise 5: workers and threads, in a configuration file of gunicorn.

Thirty requests come each second, and each waits for half a second. Choose the fewest processes,
and enough threads, that each request finds a free thread when it comes.

The check sends that load for two seconds, and counts the requests that waited for a thread.
"""

worker_class = "gthread"
workers = 2  # TODO
threads = 4  # TODO
