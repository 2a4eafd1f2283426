"""Answers with what the server says about the client: its address, and the scheme that it used.

Run it from the root:   gunicorn connections.wsgi_peer:app, then curl 127.0.0.1:8000

Look at who may set them: curl -H 'X-Forwarded-For: 1.2.3.4' 127.0.0.1:8000
"""


def app(environ, start_response):
    address = environ["REMOTE_ADDR"] or None  # over a Unix socket
    body = f"{address} {environ['wsgi.url_scheme']}\n".encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
