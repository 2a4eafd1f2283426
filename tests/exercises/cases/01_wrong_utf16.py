# says: expected b'Gr
TEXT = "Grüße!\n"


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    return [TEXT.encode("utf-16")]
