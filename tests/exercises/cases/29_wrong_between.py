# says: From when on does a user rest?
from locust import FastHttpUser, between, task


class Customer(FastHttpUser):
    host = "http://127.0.0.1:8000"
    wait_time = between(0.4, 0.6)

    @task
    def look(self):
        self.client.get("/")
