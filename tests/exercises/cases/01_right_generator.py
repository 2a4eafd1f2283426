TEXT = "Grüße!\n"


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    yield from (letter.encode("utf-8") for letter in TEXT)
