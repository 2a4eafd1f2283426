import time

from locust import FastHttpUser, task


class Customer(FastHttpUser):
    host = "http://127.0.0.1:8000"

    def on_start(self):
        self.due = time.monotonic()

    def wait_time(self):
        self.due += 0.5
        return max(0, self.due - time.monotonic())

    @task
    def look(self):
        self.client.get("/")
