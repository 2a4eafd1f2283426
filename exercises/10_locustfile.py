"""Exercise 10: a locustfile that hides the knee.

The check runs it with four users for a sync worker and four for an event loop, where each answer
takes a quarter of a second. Both rows look alike. Mend it so that they part: keep the rows' names.
"""

from locust import FastHttpUser, between, task


class Visitor(FastHttpUser):
    abstract = True
    wait_time = between(5, 15)  # TODO

    @task
    def visit(self):
        self.client.get("/", name=self.row)


class WsgiUser(Visitor):
    host = "http://127.0.0.1:8000"
    row = "wsgi"


class AsgiUser(Visitor):
    host = "http://127.0.0.1:8001"
    row = "asgi"
