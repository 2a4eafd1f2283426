"""The application of app.py, which first waits for a second.

Run it from the root:   gunicorn -w 4 wsgi.slow_app:app
Run it from this folder:   gunicorn -w 4 slow_app:app

Look at what the server can do during that second.
"""

import time

STATUS = "200 OK"
BODY = b"Hello, World!\n"


def app(environ, start_response):
    headers = [
        ("Content-Type", "text/plain"),
        ("Content-Length", str(len(BODY))),
    ]
    time.sleep(1)
    start_response(STATUS, headers)
    return [BODY]
