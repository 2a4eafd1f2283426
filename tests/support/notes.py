"""Runs the notes on a database of its own, and asks it as a client does."""

import http.client
import json
import socket
from contextlib import contextmanager

from tests.network import eventually

from compare import processes

UVICORN = "uvicorn {app} --port {port} --workers 4 --no-access-log"
GUNICORN = "gunicorn {app} --bind 127.0.0.1:{port} --workers 4 --no-control-socket"
SERVERS = {
    "uvicorn": UVICORN,
    "uvicorn-worker": f"{GUNICORN} --worker-class uvicorn_worker.UvicornWorker",
    "asgi": f"{GUNICORN} --worker-class asgi",
    "uvicorn-worker-preload": f"{GUNICORN} --worker-class uvicorn_worker.UvicornWorker --preload",
    "asgi-preload": f"{GUNICORN} --worker-class asgi --preload",
}
JSON = {"Content-Type": "application/json"}


class Service:
    """A server of notes on a port; `log` is where it writes."""

    def __init__(self, port, process, log):
        self.port = port
        self.process = process
        self.log = log

    def ask(self, method, path, body=None, headers=JSON, seconds=30):
        """Return status, headers and what the body's JSON says."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            if body is not None and not isinstance(body, bytes):
                body = json.dumps(body).encode()
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read()
            is_json = answer.headers.get("Content-Type", "").endswith("json")
            return answer.status, answer.headers, json.loads(text) if is_json else text or None
        finally:
            connection.close()

    def create(self, title="a note", text=""):
        status, _, note = self.ask("POST", "/notes", {"title": title, "text": text})
        assert status == 201
        return note

    def send(self, lines, seconds=30):
        """Send what no client library would, and return all that comes back."""
        with socket.create_connection(("127.0.0.1", self.port), seconds) as connection:
            connection.sendall(lines)
            parts = []
            while part := connection.recv(65536):
                parts.append(part)
            return b"".join(parts).decode()


@contextmanager
def serving(folder, url=None, server="uvicorn", app="starlette_api.app:app", workers=4):
    """Start a server of notes, by default on a new SQLite file in the folder."""
    port, log = processes.free_port(), folder / f"{server}.log"
    command = SERVERS[server].format(app=app, port=port).replace("workers 4", f"workers {workers}")
    url = url or f"sqlite:///{folder}/notes.db"
    with processes.running(f"env DATABASE_URL={url} {command}", log) as process:

        def up():
            assert process.poll() is None, log.read_text()
            return processes.answer(port)

        eventually(up)
        yield Service(port, process, log)
