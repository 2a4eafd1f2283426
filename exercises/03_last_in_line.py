"""Exercise 3: how long does the last one wait?

Three sync workers serve wsgi/slow_app.py, which waits for a second before each answer.
Twelve clients ask at the same moment. After how many seconds has the last one its answer?

Write a number in place of the three dots, such as 1.5. The check then measures it with these
workers and clients, and compares.
"""

ANSWER = ...  # TODO: seconds
