def limit(users, requests_per_second, seconds, cpu):
    if cpu > 0.8:
        return "cpu"
    in_progress = requests_per_second * seconds
    return "lock" if round(in_progress) == 1 else "pool"
