# says: How many are answered in each step
def last(clients, workers, seconds):
    return clients / workers * seconds
