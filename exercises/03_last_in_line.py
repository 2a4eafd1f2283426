"""Exercise 3: how long does the last one wait?

Sync workers serve an application that waits for a second before each answer. Twelve clients ask at
the same moment. After how many seconds has the last one its answer?

Write a number in place of each three dots, such as 1.5. The check measures both, and says whether
both are right. Think first: it takes your first numbers alone. If one of them is wrong, write a
formula in their place, def last(clients, workers, seconds).
"""

ANSWER = ...  # TODO: seconds, with three workers
OTHER = ...  # TODO: seconds, with five workers
