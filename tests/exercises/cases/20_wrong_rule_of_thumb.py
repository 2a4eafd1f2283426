# says: You have 5 processes.
workers = 2 * 2 + 1
threads = 4
