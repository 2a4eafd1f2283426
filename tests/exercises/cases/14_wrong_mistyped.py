# says: There is no graceful_timeout in it
timeout = 30
gracefull_timeout = 30
