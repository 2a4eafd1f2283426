import io

TEXT = "Grüße!\n"


def app(environ, start_response):
    body = TEXT.encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", f"{io.BytesIO(body).seek(0, io.SEEK_END)}"),
    ]
    start_response("200 OK", headers)
    return [body]
