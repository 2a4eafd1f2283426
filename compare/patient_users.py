"""The experiment that shows nothing: users who wait for 5 to 15 s between their requests.

Run it from the root:   locust --locustfile locustfile.py,compare/patient_users.py

Compare the throughput of both servers: it is the same, since it describes the users.
"""

import random

import gevent
from locust import between, events

CYCLE_SECONDS = 11  # 10 s of waiting on average, and 1 s of being answered


@events.init.add_listener
def let_users_wait(environment, **_):
    for user in environment.user_classes:
        user.wait_time = between(5, 15)
        user.on_start = lambda self: gevent.sleep(random.uniform(0, CYCLE_SECONDS))
