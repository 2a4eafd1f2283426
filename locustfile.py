"""The simulated users, shared by every experiment.

Run it from the root, with wsgi.slow_app on port 8000 and asgi.slow_app on port 8001:
  locust              both servers side by side, in the page at http://127.0.0.1:8089
  locust WsgiUser     one of them alone; --host sends it to another server

A user asks again as soon as it is answered, so the number of users is the number of requests in
flight. Four sync workers that hold each request for one second answer four a second, however
many users wait. An event loop answers as many as there are users. A wait of 5 to 15 s between
requests would hide the difference: a user would ask once in 11 s, and fewer than 44 users
would not keep four workers busy.
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
