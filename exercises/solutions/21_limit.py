"""Exercise 21: which of three limits holds an application?

One application holds a lock while it waits, one has a pool of 3 connections, and one computes. Each
is one process, measured with some users at its plateau. limit() is called with what was seen, and
returns "lock", "pool" or "cpu".

`seconds` is what a request takes with one user. `cpu` is how much of one CPU the process used, or
waited for while another program had it.
"""


def limit(users, requests_per_second, seconds, cpu):
    if cpu > 0.8:
        return "cpu"
    in_progress = requests_per_second * seconds
    return "lock" if in_progress < 2 else "pool"
