"""Exercise 9: how long do twenty clients wait for threads?

One uvicorn serves asgi/threaded_app.py, which sends time.sleep(1) to a thread and awaits it.
Twenty clients ask at the same moment. After how many seconds has the last one its answer, on
this machine? The pool has min(32, CPUs + 4) threads. This prints how many that is:

    python -c "from concurrent.futures import ThreadPoolExecutor as Pool; print(Pool()._max_workers)"
"""

ANSWER = ...  # TODO: seconds
