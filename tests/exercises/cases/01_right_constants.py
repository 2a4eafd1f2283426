TEXT = "Grüße!\n"
BODY = bytes(TEXT, "utf-8")
HEADERS = [("Content-type", "text/plain;charset=UTF-8")]


def app(environ, start_response):
    start_response("200 OK", HEADERS)
    return [BODY]
