# says: After 1 s without a request the server closed
NGINX_SECONDS = 2
SERVER_SECONDS = 1
