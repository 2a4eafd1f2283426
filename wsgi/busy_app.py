"""The application of app.py, which first computes for some 20 to 30 ms.

Run it from the root:   gunicorn -w 4 wsgi.busy_app:app
Run it from this folder:   gunicorn -w 4 busy_app:app

Look at the CPUs: a request that computes keeps one of them busy, whatever the server.
"""

STATUS = "200 OK"
BODY = b"Hello, World!\n"


def work():
    return sum(number * number for number in range(1_000_000))


def app(environ, start_response):
    headers = [
        ("Content-Type", "text/plain"),
        ("Content-Length", str(len(BODY))),
    ]
    work()
    start_response(STATUS, headers)
    return [BODY]
