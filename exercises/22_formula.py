"""Exercise 22: a formula for three worker classes.

Gunicorn serves an application that waits for some seconds before each answer. All clients ask at
the same moment. After how many seconds has the last one its answer?

worker_class is "sync", "gthread" or "asgi". workers and threads are what -w and --threads say. The
check draws a setting for each class anew at each run, and measures it.
"""


def last(clients, worker_class, workers, threads, seconds):
    return clients / workers * seconds  # TODO
