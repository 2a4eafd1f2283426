"""One contract for every app: the same answer, on every server that can run it."""

import http.client

import pytest

from compare import processes

GUNICORN = "gunicorn --no-control-socket --bind 127.0.0.1:{port}"
UVICORN = "uvicorn --port {port}"
WSGI_SERVERS = {
    "sync": GUNICORN,
    "gthread": f"{GUNICORN} --worker-class gthread --threads 2",
    "gevent": f"{GUNICORN} --worker-class gevent",
    "wsgiref": "python -m tests.wsgiref_server {port}",  # one that the text does not name
}
ASGI_SERVERS = {
    "uvicorn": UVICORN,
    "uvicorn-workers": f"{UVICORN} --workers 2",
    "uvicorn-worker": f"{GUNICORN} --worker-class uvicorn_worker.UvicornWorker",
    "asgi": f"{GUNICORN} --worker-class asgi",
}
HELLO = ("text/plain", b"Hello, World!\n")
APPS = {
    "wsgi.app:app": (WSGI_SERVERS, HELLO),
    "wsgi.slow_app:app": (WSGI_SERVERS, HELLO),
    "asgi.app:app": (ASGI_SERVERS, HELLO),
    "asgi.slow_app:app": (ASGI_SERVERS, HELLO),
    "starlette_api.hello:app": (ASGI_SERVERS, ("application/json", b'{"hello":"world"}')),
}
CASES = [(app, server) for app, (servers, _) in APPS.items() for server in servers]


@pytest.mark.parametrize(("app", "server"), CASES)
def test_same_answer_and_a_clean_log(app, server, tmp_path):
    servers, (content_type, body) = APPS[app]
    port, log = processes.free_port(), tmp_path / "log"
    command = f"{servers[server]} {app}".format(port=port)

    with processes.serving(server, command, port, log):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/")
        answer = connection.getresponse()
        assert (answer.status, answer.reason) == (200, "OK")
        assert answer.headers["Content-Type"] == content_type
        assert answer.headers["Content-Length"] == str(len(body))
        assert answer.read() == body
        connection.close()

    said = log.read_text()
    for trouble in ("ERROR", "WARNING", "Traceback", "Exception"):
        assert trouble not in said
