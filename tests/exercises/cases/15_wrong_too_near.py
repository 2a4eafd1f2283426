# says: wait about equally long|the server closed
NGINX_SECONDS = 1
SERVER_SECONDS = 1.25
