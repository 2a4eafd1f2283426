# says: 40 threads in a process are too many
workers = 2
threads = 40
