"""Exercise 3: how long does the last one wait?

Sync workers serve an application that waits for a second before each answer. Twelve clients ask at
the same moment. After how many seconds has the last one its answer?
"""

ANSWER = 4.0  # 12 / 3
OTHER = 3.0  # 12 / 5 is 2.4: five, five, and two
