SLOWEST = 4
timeout = SLOWEST + 2
graceful_timeout = timeout
