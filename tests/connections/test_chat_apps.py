"""A chat: with PostgreSQL, a message reaches the clients of all processes."""

from connections.chat_client import chat
from instrument.faults.fixtures import launched
from instrument.servers import BY_NAME
from tests.support.postgres import NEEDS_POSTGRES, Postgres

CLIENTS = 20


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
