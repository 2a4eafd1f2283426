# says: the header says 'text/plain'
TEXT = "Grüße!\n"


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [TEXT.encode()]
