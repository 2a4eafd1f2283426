worker_class = "gthread"
workers = 2
threads = 10
