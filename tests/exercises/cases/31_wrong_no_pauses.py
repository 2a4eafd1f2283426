# says: leave half a second between the events
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/event-stream"), ("X-Accel-Buffering", "no")])
    for number in range(1, 4):
        yield b"data: %d\n\n" % number
