from locust import FastHttpUser, constant_throughput, task


class Customer(FastHttpUser):
    host = "http://127.0.0.1:8000"
    wait_time = constant_throughput(2)

    @task
    def look(self):
        self.client.get("/")
