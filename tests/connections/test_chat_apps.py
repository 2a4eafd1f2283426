"""A chat: its message reaches the clients of one process, and with PostgreSQL those of all."""

import pytest

from connections.chat_client import chat
from instrument.faults.fixtures import launched
from instrument.servers import BY_NAME, EVERYWHERE
from tests.support.postgres import NEEDS_POSTGRES, Postgres

CLIENTS = 20


@pytest.mark.parametrize("server", [each.name for each in EVERYWHERE if each.is_asgi])
def test_a_message_reaches_the_clients_of_one_process(server):
    held = []
    apps = {"asgi": "connections.chat_app:app"}
    with launched(BY_NAME[server], apps=apps, is_asked=False) as run:
        while len(set(held)) < 2:
            held, told = chat(run.port, CLIENTS)
            assert told == [each for each in held if each == held[0]]


@NEEDS_POSTGRES
def test_postgresql_passes_a_message_on_to_all():
    apps = {"asgi": "connections.shared_chat_app:app"}
    held = []
    with Postgres() as database:
        url = database.url.replace("+psycopg", "")
        with launched(BY_NAME["uvicorn"], apps=apps, is_asked=False, DATABASE_URL=url) as run:
            while len(set(held)) < 2:
                held, told = chat(run.port, CLIENTS)
                assert len(told) == CLIENTS
