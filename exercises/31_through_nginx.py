"""Exercise 31: a stream through nginx.

Three events are sent, half a second apart. Straight from gunicorn, each comes at once. This nginx
speaks HTTP/1.0 to gunicorn, and gathers them: all come at the end. Its configuration is not yours.
Mend what the application sends, so that each event reaches its client before the next one is sent.
"""

import time


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/event-stream")])  # TODO
    for number in range(1, 4):
        yield b"data: %d\n\n" % number
        time.sleep(0.5)
