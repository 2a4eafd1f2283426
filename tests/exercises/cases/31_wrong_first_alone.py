# says: The client got 1 events of 3
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/event-stream"), ("X-Accel-Buffering", "no")])
    yield b"data: 1\n\n"
