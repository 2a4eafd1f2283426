# says: workers is '2': write a whole number
workers = "2"
threads = 1
