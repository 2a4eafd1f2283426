"""The smallest WSGI application that is right.

Run it from the root:   gunicorn -w 4 wsgi.app:app
Run it from this folder:   gunicorn -w 4 app:app

Look at the imports: there are none. An application is a callable with an agreed signature.
"""

STATUS = "200 OK"
BODY = b"Hello, World!\n"


def app(environ, start_response):
    headers = [
        ("Content-Type", "text/plain"),
        ("Content-Length", str(len(BODY))),
    ]
    start_response(STATUS, headers)
    return [BODY]
