# says: it is "cpu"
def limit(users, requests_per_second, seconds, cpu):
    in_progress = requests_per_second * seconds
    return "lock" if in_progress < 2 else "pool"
