# says: is there an exit()?
import sys

NGINX_SECONDS, SERVER_SECONDS = 1, 3
sys.exit(0)
