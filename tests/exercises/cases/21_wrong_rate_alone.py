# says: it is "
def limit(users, requests_per_second, seconds, cpu):
    if cpu > 0.8:
        return "cpu"
    in_progress = requests_per_second / 4
    return "lock" if in_progress < 2 else "pool"
