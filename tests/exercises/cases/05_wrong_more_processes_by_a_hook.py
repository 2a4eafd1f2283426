# says: processes answered. Threads wait as well: one will do.|ends at once
worker_class = "gthread"
threads = 8


def when_ready(server):
    server.num_workers = 4
    server.manage_workers()
