from locust import FastHttpUser, task

FIRST = 8000


class Visitor(FastHttpUser):
    abstract = True

    @task
    def visit(self):
        self.client.get("/", name=self.row)


class WsgiUser(Visitor):
    host = f"http://localhost:{FIRST}"
    row = "wsgi"


class AsgiUser(Visitor):
    host = f"http://localhost:{FIRST + 1}"
    row = "asgi"
