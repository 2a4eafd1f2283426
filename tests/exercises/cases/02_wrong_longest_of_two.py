# says: With '€€' as TEXT
TEXT = "Grüße!\n"


def app(environ, start_response):
    body = TEXT.encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(max(9, len(body)))),
    ]
    start_response("200 OK", headers)
    return [body]
