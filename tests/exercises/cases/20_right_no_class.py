workers = 2
threads = 6
