# says: return a number of seconds
def last(clients, worker_class, workers, threads, seconds):
    return f"{seconds} s"
