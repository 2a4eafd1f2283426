# says: -k gthread|-k asgi
def last(clients, worker_class, workers, threads, seconds):
    slots = {"sync": workers, "gthread": workers * threads, "asgi": clients}
    return (clients // slots[worker_class] + 1) * seconds
