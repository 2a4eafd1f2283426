# says: A client sent lines and blanks with PUT
def app(environ, start_response):
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(min(length, 5))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [body.upper()]
