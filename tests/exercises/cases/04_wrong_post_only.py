# says: A client sent lines and blanks with PUT
def app(environ, start_response):
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length if environ["REQUEST_METHOD"] == "POST" else 0)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [body.upper()]
