def last(clients, worker_class, workers, threads, seconds):
    if worker_class == "asgi":
        return seconds
    slots = workers * threads if worker_class == "gthread" else workers
    return -(-clients // slots) * seconds
