"""Exercise 4: an application that reads the body of a request.

Answer with the body in capitals: hello becomes HELLO. Many requests have no body, and then no
Content-Length: answer those with an empty body. A client keeps its connection open, so that
reading more than it has sent waits for ever.
"""


def app(environ, start_response):
    body = b""  # TODO: read it from environ["wsgi.input"]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [body.upper()]
