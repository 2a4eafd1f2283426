import time


def app(environ, start_response):
    headers = [("Content-Type", "text/event-stream"), ("X-Accel-Buffering", "no")]
    write = start_response("200 OK", headers)
    write(b"data: 1\n\n")
    for each in (b"data: 2\n\n", b"data: 3\n\n"):
        time.sleep(0.5)
        write(each)
    return []
