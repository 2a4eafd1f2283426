# says: write a whole number, from 1 to 1000
workers = 1
threads = 10**400
