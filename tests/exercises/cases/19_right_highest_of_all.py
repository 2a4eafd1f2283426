def slots(seconds, ladder):
    plateau = max(requests_per_second for users, requests_per_second in ladder)
    in_progress = [rate * seconds for users, rate in ladder]
    return int(max(in_progress) + 0.5)
