# says: nginx has gathered some of them: which header tells it not to?
import time


def app(environ, start_response):
    start_response(
        "200 OK",
        [("Content-Type", "text/event-stream"), ("Cache-Control", "no-cache, no-transform")],
    )
    for number in range(1, 4):
        yield b"data: %d\n\n" % number
        time.sleep(0.5)
