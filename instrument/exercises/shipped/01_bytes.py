"""Exercise 1: an application that answers with text, which WSGI does not take.

Mend it so that a client gets the line Grüße! in UTF-8.
"""

TEXT = "Grüße!\n"


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    return [TEXT]  # TODO
