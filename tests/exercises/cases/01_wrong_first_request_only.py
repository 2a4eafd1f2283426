# says: and a later one b''
TEXT = "Grüße!\n"
pieces = [TEXT.encode()]


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    return [pieces.pop() if pieces else b""]
