# says: slots. How many were in progress
def slots(seconds, ladder):
    plateau = max(requests_per_second for users, requests_per_second in ladder)
    return max(users for users, rate in ladder)
