# says: what outlives a request
TEXT = "Grüße!\n"


headers = [
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Content-Length", str(len(TEXT.encode()))),
]


def app(environ, start_response):
    body = TEXT.encode()
    headers.append(("X-Seen", "yes"))
    start_response("200 OK", headers)
    return [body]
