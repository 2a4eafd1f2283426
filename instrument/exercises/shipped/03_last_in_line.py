"""Exercise 3: how long does the last one wait?

Three sync workers serve wsgi/slow_app.py, which waits for a second before each answer.
Twelve clients ask at the same moment. After how many seconds has the last one its answer?
"""

ANSWER = ...  # TODO: seconds
