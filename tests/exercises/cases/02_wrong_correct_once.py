# says: promised 10 bytes and got 9
TEXT = "Grüße!\n"
sizes = ["10", str(len(TEXT.encode()))]


def app(environ, start_response):
    body = TEXT.encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", sizes.pop()),
    ]
    start_response("200 OK", headers)
    return [body]
