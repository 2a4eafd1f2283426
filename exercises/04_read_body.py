"""Exercise 4: an application that reads the body of a request.

Answer with the body in capitals: hello becomes HELLO. environ["wsgi.input"] is a file with the
body, and CONTENT_LENGTH in environ says, as text, how many bytes it has. A client keeps its
connection open, so that reading more than it has sent waits for ever. Many requests have neither a
body nor a Content-Length: answer those with an empty body.
"""


def app(environ, start_response):
    body = b""  # TODO: read it from environ["wsgi.input"]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [body.upper()]
