# says: A user of wsgi rests for
from locust import FastHttpUser, between, constant, task


class Visitor(FastHttpUser):
    abstract = True
    wait_time = between(5, 15)

    @task
    def visit(self):
        self.client.get("/", name=self.row)


class WsgiUser(Visitor):
    host = "http://127.0.0.1:8000"
    row = "wsgi"


class AsgiUser(Visitor):
    host = "http://127.0.0.1:8001"
    row = "asgi"
    wait_time = constant(0)
