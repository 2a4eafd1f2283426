"""Exercise 19: read the slots off a ladder.

slots() is called with a ladder, and returns how many requests an application holds at once, as a
whole number. `seconds` is what a request takes with one user. Each rung of the ladder is a pair:
users, and the requests a second that they were answered.
"""


def slots(seconds, ladder):
    plateau = max(requests_per_second for users, requests_per_second in ladder)
    return round(plateau * seconds)
