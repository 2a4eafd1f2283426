"""The simulated users, shared by every experiment.

Run it from the root, with wsgi.slow_app on port 8000 and asgi.slow_app on port 8001:
  locust              both servers side by side, in the page at http://127.0.0.1:8089
  locust WsgiUser     one of them alone; --host sends it to another server

A user asks again as soon as it is answered, so the number of users is the number of requests in
flight. Each request waits for one second. Four sync workers then answer four a second, however
many users wait, and an event loop answers as many a second as there are users. If users waited for
5 to 15 s between two requests, each would ask once in 11 s. Fewer than 44 users would then not
keep four workers busy, and both servers would seem equal.
"""

import random

import gevent
from locust import FastHttpUser, task

from instrument.locustfiles import preflight  # noqa: F401  says in one line which server is not up


class Visitor(FastHttpUser):
    abstract = True
    path = "/"
    network_timeout = 300  # 256 users wait for 64 s where four are answered in a second

    def on_start(self):
        gevent.sleep(random.random())  # users arrive in groups: don't let them march in step

    @task
    def visit(self):
        self.client.get(self.path, name=self.row)


class WsgiUser(Visitor):
    host = "http://127.0.0.1:8000"
    row = "wsgi"


class AsgiUser(Visitor):
    host = "http://127.0.0.1:8001"
    row = "asgi"
