"""Exercise 31: a stream through nginx.

X-Accel-Buffering tells nginx to pass this answer on as it comes. It goes on to gather others, which
keeps a worker from waiting for a slow client.
"""

import time


def app(environ, start_response):
    headers = [("Content-Type", "text/event-stream"), ("X-Accel-Buffering", "no")]
    start_response("200 OK", headers)
    for number in range(1, 4):
        yield b"data: %d\n\n" % number
        time.sleep(0.5)
