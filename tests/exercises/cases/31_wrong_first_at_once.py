# says: nginx has gathered some of them: which header tells it not to?
import time


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/event-stream"), ("X-Accel-Buffering", "no")])
    yield b"data: 1\n\n"
    time.sleep(1)
    yield b"data: 2\n\n"
    yield b"data: 3\n\n"
