"""Exercise 22: a formula for three worker classes.

Requests are answered in groups of as many as there are slots, and the last group may be smaller. An
event loop holds all that come, in one group, whatever --threads says.
"""

import math


def last(clients, worker_class, workers, threads, seconds):
    slots = {"sync": workers, "gthread": workers * threads, "asgi": clients}[worker_class]
    return math.ceil(clients / slots) * seconds
