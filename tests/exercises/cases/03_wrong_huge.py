# says: write a number of seconds, such as 2.0.
ANSWER = 10**400
OTHER = 3
