# says: -k asgi
import math


def last(clients, worker_class, workers, threads, seconds):
    return math.ceil(clients / (workers * threads)) * seconds
