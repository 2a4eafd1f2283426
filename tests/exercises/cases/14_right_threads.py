worker_class = "gthread"
threads = 2
timeout = 5
graceful_timeout = 6
