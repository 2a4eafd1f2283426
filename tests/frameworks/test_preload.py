"""What chapter 7 says of a connection that is used at import, and of Django's pool."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from burst import burst
from instrument.faults.fixtures import ask, launched, whole
from instrument.servers import BY_NAME
from tests.support.machine import taken_again
from tests.support.postgres import NEEDS_POSTGRES

REQUESTS, CLIENTS = 200, 8
SYNC, UVICORN = BY_NAME["sync"], BY_NAME["uvicorn"]


@NEEDS_POSTGRES
@pytest.mark.parametrize("options", [(), ("--config=frameworks/dispose.py",)], ids=["", "dispose"])
def test_a_connection_that_was_used_at_import_is_shared(postgres, options):
    apps = {"wsgi": "frameworks.query_at_import:app"}
    options = ("--preload", *options)

    def asked_for(number):
        answer = ask(run.port, f"/{number}", seconds=3)
        return "its own" if answer.text == str(number) else answer.status

    with (
        launched(SYNC, *options, workers=4, apps=apps, DATABASE_URL=postgres.url) as run,
        ThreadPoolExecutor(CLIENTS) as clients,
    ):
        answers = Counter(clients.map(asked_for, range(REQUESTS)))
    if "dispose" in options[-1]:
        assert answers == {"its own": REQUESTS}
    else:
        assert answers[200], answers  # with the value of another request


@NEEDS_POSTGRES
@taken_again
def test_djangos_pool_is_four_connections_by_default(postgres):
    pytest.importorskip("psycopg_pool", reason="psycopg_pool is missing: make test installs it")
    apps = {"asgi": "tests.support.pooled_django:asgi"}
    here = {"PGHOST": str(postgres.folder), "PGUSER": "notes"}
    with launched(UVICORN, workers=1, apps=apps, **here) as run:
        seconds, kinds = burst(9, "127.0.0.1", run.port, "/query")
    assert kinds == {"answered with 200": 9}
    assert Counter(map(whole, seconds)) == {1: 4, 2: 4, 3: 1}
