"""Exercise 9: how long do twenty clients wait for threads?

One uvicorn serves an application that sends time.sleep(1) to a thread and awaits it. Its pool has
min(32, CPUs + 4) threads. Twenty clients ask at the same moment. After how many seconds has the
last one its answer?

Write a number in place of each three dots, such as 1.5. The check measures both with pools of these
sizes, and says whether both are right. Think first: it takes your first numbers alone. If one of
them is wrong, write a formula in their place, def last(clients, threads, seconds).
"""

ANSWER = ...  # TODO: seconds, with the threads of two CPUs
OTHER = ...  # TODO: seconds, with the threads of twelve CPUs
