import heapq
from fractions import Fraction


def last(clients, worker_class, workers, threads, seconds):
    slots = clients if worker_class == "asgi" else workers * threads
    free = [Fraction(0)] * slots
    for _ in range(clients):
        heapq.heapreplace(free, free[0] + Fraction(seconds))
    return max(free)
