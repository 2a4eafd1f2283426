from contextlib import ExitStack

import pytest

from tests.support.notes import serving_notes
from tests.support.postgres import NEEDS_POSTGRES


@pytest.fixture(scope="session")
def servers_of_notes(tmp_path_factory):
    """Servers of notes in SQLite, each started when it is first asked for."""
    started = {}
    with ExitStack() as stack:

        def server_of_notes(name):
            if name not in started:
                folder = tmp_path_factory.mktemp("notes")
                started[name] = stack.enter_context(serving_notes(folder, server=name))
            return started[name]

        yield server_of_notes


@pytest.fixture(params=["uvicorn", "asgi"])
def notes(request, servers_of_notes):
    """The notes on one of two servers that share no code."""
    return servers_of_notes(request.param)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=NEEDS_POSTGRES)])
def database(request, tmp_path):
    """The URL of a new, empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/notes.db"
    else:
        yield request.getfixturevalue("postgres").new_database()
