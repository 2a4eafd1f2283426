def last(clients, workers, seconds):
    return -(-clients // workers) * seconds
