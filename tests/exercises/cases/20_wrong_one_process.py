# says: would be 80% busy
workers = 1
threads = 10
