# says: Measured just now: not so. Each worker holds
ANSWER = 12 / 3
OTHER = 12 / 5
