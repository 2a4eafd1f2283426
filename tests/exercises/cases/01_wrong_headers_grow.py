# says: what outlives a request, and changes with each?
TEXT = "Grüße!\n"
headers = []


def app(environ, start_response):
    headers.append(("Content-Type", "text/plain; charset=utf-8"))
    start_response("200 OK", headers)
    return [TEXT.encode()]
