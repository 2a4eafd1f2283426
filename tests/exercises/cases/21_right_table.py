def limit(users, requests_per_second, seconds, cpu):
    kinds = {1: "lock", 3: "pool"}
    return "cpu" if cpu > 0.5 else kinds.get(round(requests_per_second * seconds))
