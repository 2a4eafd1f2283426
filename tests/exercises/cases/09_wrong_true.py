# says: write a number of seconds, such as 2.0.
ANSWER = 4
OTHER = True
