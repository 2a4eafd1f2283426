def app(environ, start_response):
    length = int(environ.get("CONTENT_LENGTH") or 0)
    pieces = []
    while length and (piece := environ["wsgi.input"].read(min(length, 1000))):
        pieces.append(piece)
        length -= len(piece)
    body = b"".join(pieces)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [body.upper()]
