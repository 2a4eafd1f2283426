"""Exercise 29: a locustfile whose rate stays when the server slows down.

Ten users are to send 20 requests a second in all. The check's server first answers at once, and
later each answer takes 0.4 s. These users then send fewer, and spare the server. Customers would
come as often as before: mend the file so that these users do.
"""

from locust import FastHttpUser, constant, task


class Customer(FastHttpUser):
    host = "http://127.0.0.1:8000"
    wait_time = constant(0.5)  # TODO

    @task
    def look(self):
        self.client.get("/")
