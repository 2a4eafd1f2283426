"""Sends ten events, half a second apart, on one response.

Run it from the root:   gunicorn connections.wsgi_stream:app, then curl -N 127.0.0.1:8000

Stop curl, and count in the server's terminal how many events it still sends.
"""

import sys
import time


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/event-stream")])
    for number in range(10):
        print(f"sends {number}", file=sys.stderr, flush=True)
        yield f"data: {number}\n\n".encode()
        time.sleep(0.5)
