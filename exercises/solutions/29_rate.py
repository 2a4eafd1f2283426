"""Exercise 29: a locustfile whose rate stays when the server slows down.

constant_pacing() counts from the beginning of one request to the beginning of the next, so that the
pause gets shorter when the answer takes longer. With answers of more than 0.5 s it needs more users.
"""

from locust import FastHttpUser, constant_pacing, task


class Customer(FastHttpUser):
    host = "http://127.0.0.1:8000"
    wait_time = constant_pacing(0.5)

    @task
    def look(self):
        self.client.get("/")
