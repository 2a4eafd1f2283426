"""Exercise 9: how long do twenty clients wait for threads?

The threads answer in groups, one group a second.
"""

import math
from concurrent.futures import ThreadPoolExecutor

ANSWER = math.ceil(20 / ThreadPoolExecutor()._max_workers)
