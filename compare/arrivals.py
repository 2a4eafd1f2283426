"""Open load: five requests arrive each second, whether or not earlier ones were answered.

Run it from the root:   locust --locustfile compare/arrivals.py

Look at Max: latency grows as long as more requests arrive than the workers can answer.
"""

import gevent
from locust import FastHttpUser, constant_pacing, task

from instrument.locustfiles import preflight  # noqa: F401  says in one line which server is not up


class Arrivals(FastHttpUser):
    host = "http://127.0.0.1:8000"
    fixed_count = 1  # one user sends all of them
    concurrency = 1000  # connections at once
    wait_time = constant_pacing(1 / 5)

    @task
    def send_without_waiting_for_the_answer(self):
        gevent.spawn(self.client.get, "/", name="open load")
