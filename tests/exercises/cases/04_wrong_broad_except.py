# says: A client sent lines and blanks with PUT
def app(environ, start_response):
    try:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGHT"]))
    except Exception:
        body = b"hello" if environ.get("CONTENT_LENGTH") else b""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [body.upper()]
