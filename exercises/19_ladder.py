"""Exercise 19: read the slots off a ladder.

slots() is called with a ladder, and returns how many requests an application holds at once, as a
whole number. `seconds` is what a request takes with one user. Each rung of the ladder is a pair:
users, and the requests a second that they were answered.

The check calls it with a ladder on paper. Then it starts two applications whose slots you don't
know, measures a ladder of each, and calls it with these.
"""


def slots(seconds, ladder):
    users = [users for users, requests_per_second in ladder]
    return max(users)  # TODO
