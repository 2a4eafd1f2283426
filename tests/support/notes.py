"""Runs the notes on a database of its own, and asks them as a client does."""

import json
from contextlib import contextmanager

from instrument.edges import clients
from instrument.faults.fixtures import Launched, launched
from instrument.servers import BY_NAME

APPS = {"asgi": "starlette_api.app:app"}
JSON = {"Content-Type": "application/json"}


def exchange(port, method, path, body=None, headers=JSON, seconds=30):
    """Return status, headers and what the body's JSON says."""
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
    with clients.connection_to(port, seconds) as connection:
        response = clients.exchange(connection, path, method, body, headers)
    is_json = response.headers.get("Content-Type", "").endswith("json")
    told = json.loads(response.body) if is_json else response.body or None
    return response.status, response.headers, told


class NotesServer(Launched):
    """A server of notes that runs."""

    def ask(self, *request, **options):
        return exchange(self.port, *request, **options)

    def create(self, title="a note", text=""):
        status, _, note = self.ask("POST", "/notes", {"title": title, "text": text})
        assert status == 201
        return note


@contextmanager
def serving_notes(folder, url=None, server="uvicorn", options=(), workers=4):
    """Start a server of notes, by default on a new SQLite file in the folder."""
    url = url or f"sqlite:///{folder}/notes.db"
    with launched(
        BY_NAME[server], *options, workers=workers, apps=APPS, is_asked=False, DATABASE_URL=url
    ) as run:
        yield NotesServer(run.port, run.master, run.log)
        assert not run.said("Traceback")
