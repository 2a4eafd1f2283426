"""Exercise 9: how long do twenty clients wait for threads?

The threads answer in groups, one group a second.
"""

import math

ANSWER = math.ceil(20 / min(32, 2 + 4))
OTHER = math.ceil(20 / min(32, 12 + 4))
