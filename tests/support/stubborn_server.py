"""A server that ignores Ctrl-C, or ends with a status: python -m tests.support.stubborn_server [STATUS]"""

import os
import signal
import sys

from wsgi.wsgiref_server import serve

if __name__ == "__main__":
    status = sys.argv[1:]
    handler = (lambda *_: os._exit(int(status[0]))) if status else signal.SIG_IGN
    signal.signal(signal.SIGINT, handler)
    serve(8000, "wsgi.app:app")
