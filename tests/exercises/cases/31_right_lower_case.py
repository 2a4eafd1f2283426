import time


def app(environ, start_response):
    start_response("200 OK", [("content-type", "text/event-stream"), ("x-accel-buffering", "No")])
    for number in range(1, 4):
        yield b"data: %d\n\n" % number
        time.sleep(0.5)
