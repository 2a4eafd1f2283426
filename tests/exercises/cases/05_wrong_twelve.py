# says: is 24 a second, and 30 come: the queue grows
worker_class = "gthread"
workers = 1
threads = 12
