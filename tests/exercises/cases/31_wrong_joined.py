# says: nginx has gathered some of them: which header tells it not to?
import time


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/event-stream"), ("X-Accel-Buffering", "no")])
    time.sleep(1.5)
    yield b"data: 1\n\ndata: 2\n\ndata: 3\n\n"
