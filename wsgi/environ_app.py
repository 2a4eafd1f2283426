"""Answers with its environ, one line for each name.

Run it from the root:   gunicorn wsgi.environ_app:app
Run it from this folder:   gunicorn environ_app:app

Look at the names: which come from the request, and which from the server?
"""


def app(environ, start_response):
    lines = [f"{name} = {value!r}\n" for name, value in sorted(environ.items())]
    body = "".join(lines).encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
    ]
    start_response("200 OK", headers)
    return [body]
