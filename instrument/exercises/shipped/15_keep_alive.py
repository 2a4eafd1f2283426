"""Exercise 15: two numbers against the 502 behind nginx.

nginx keeps connections to the server open, and uses them again. If the server closes one at the
moment when nginx sends a request on it, the client gets a 502.

Choose for how many seconds each keeps an idle connection, from 1 to 5, so that nginx is always
the one that closes.
"""

NGINX_SECONDS = 3  # TODO: keepalive_timeout, in nginx
SERVER_SECONDS = 1  # TODO: --timeout-keep-alive, of uvicorn
