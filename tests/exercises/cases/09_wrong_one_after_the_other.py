# says: Measured just now: not so. Each thread holds
ANSWER = 20.0
OTHER = 20.0
