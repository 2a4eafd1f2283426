"""Exercise 9: how long do twenty clients wait for threads?

The threads answer in groups, one group a second.
"""

import math
import os

ANSWER = math.ceil(20 / min(32, os.cpu_count() + 4))
