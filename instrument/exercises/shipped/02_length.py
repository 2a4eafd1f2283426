"""Exercise 2: an application that promises more than it sends.

Keep the Content-Length, and make it right: also when somebody changes the text.
"""

TEXT = "Grüße!\n"


def app(environ, start_response):
    body = TEXT.encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", "10"),  # TODO
    ]
    start_response("200 OK", headers)
    return [body]
