import time


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/event-stream")])
    for number in range(1, 4):
        yield b"data: %d\n\n:%s\n\n" % (number, b" " * 70_000)
        time.sleep(0.5)
