"""What was acknowledged is kept: under load, when workers are killed, when the database is away."""

import os
import signal
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, contextmanager

import psutil
import pytest
import sqlalchemy as sa

from instrument.edges.clients import FAILURES
from instrument.edges.processes import wait_until
from starlette_api.store import POOL_SIZE, WAIT_SECONDS, WRITERS
from starlette_api.store import notes as table
from tests.starlette_api.conftest import NEEDS_POSTGRES
from tests.support.notes import exchange, serving_notes
from tests.support.postgres import Postgres

CLIENTS, CREATES = 20, 100
OPEN = """SELECT count(*) FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND application_name <> 'watcher'"""


def create_many(port, client):
    """Create notes one after the other, again where no answer came; return what was acknowledged."""
    acknowledged = []
    for number in range(CREATES):
        while True:
            try:
                status, _, note = exchange(port, "POST", "/notes", {"title": f"{client}-{number}"})
            except FAILURES:
                continue
            assert status == 201, note
            acknowledged.append((note["id"], note["title"]))
            break
    return acknowledged


def rows(url):
    with engine_of(url) as engine, engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        return [tuple(row) for row in connection.exec_driver_sql("SELECT id, title FROM notes")]


@contextmanager
def engine_of(url, **connect_args):
    engine = sa.create_engine(url, connect_args=connect_args)
    try:
        yield engine
    finally:
        engine.dispose()


@pytest.mark.alone
def test_two_thousand_creates_lose_nothing_though_two_workers_are_killed(database, tmp_path):
    with serving_notes(tmp_path, database) as notes, ThreadPoolExecutor(CLIENTS) as clients:
        assert notes.ask("GET", "/health")[0] == 200  # which has made the table
        before = notes.workers()
        every = [clients.submit(create_many, notes.port, client) for client in range(CLIENTS)]
        for number in range(2):
            enough = (number + 1) * CLIENTS * CREATES // 4
            wait_until(lambda: len(rows(database)) >= enough, seconds=60)  # noqa: B023
            os.kill(before.pop(), signal.SIGKILL)
        acknowledged = [note for each in every for note in each.result()]
        assert not notes.said("locked")
    stored = rows(database)
    assert len(acknowledged) == CLIENTS * CREATES
    assert set(acknowledged) <= set(stored), "not one acknowledged note may be lost"


def test_a_lock_that_lasts_too_long_is_503_and_readers_read_meanwhile(tmp_path):
    many = 60  # more than a worker has threads
    with serving_notes(tmp_path, server="uvicorn-worker", workers=1) as notes:
        here = f"/notes/{notes.create()['id']}"
        late = "POST", "/notes", {"title": "late"}
        with (
            closing(sqlite3.connect(tmp_path / "notes.db")) as holder,
            ThreadPoolExecutor(many) as clients,
        ):
            holder.execute("BEGIN IMMEDIATE")
            start = time.monotonic()
            writes = [clients.submit(notes.ask, *late) for _ in range(many)]
            wait_until(lambda: notes.held(*notes.workers()) >= many)
            reads = 0
            while not any(write.done() for write in writes):
                assert notes.ask("GET", here)[0] == 200
                assert notes.ask("GET", "/health")[0] == 200
                reads += 1
            assert reads > 10  # one that waits for the lock, or for a thread, reads once or twice
            wait(writes)
            # a turn and a lock are 10 s; one turn after the other would be 75 s
            assert time.monotonic() - start < many / WRITERS * WAIT_SECONDS / 2
            for write in writes:
                status, headers, problem = write.result()
                assert (status, headers["Retry-After"], problem["status"]) == (503, "1", 503)
            assert notes.ask("GET", here)[0] == 200  # also now that the writers have given up
            holder.rollback()
        assert notes.ask("POST", "/notes", {"title": "again"})[0] == 201


@NEEDS_POSTGRES
def test_a_database_that_is_away_is_503_until_it_is_back(tmp_path):
    with Postgres() as database:
        database.stop()
        with serving_notes(tmp_path, database.url) as notes:
            status, headers, _ = notes.ask("GET", "/health")
            assert (status, headers["Retry-After"]) == (503, "1")
            database.start()
            note = notes.create()
            database.stop()
            assert notes.ask("GET", f"/notes/{note['id']}")[0] == 503
            database.start()
            assert notes.ask("GET", f"/notes/{note['id']}")[::2] == (200, note)


@NEEDS_POSTGRES
def test_a_renewed_worker_and_its_forerunner_open_twice_the_connections(tmp_path):
    with (
        Postgres() as database,
        engine_of(database.url, application_name="watcher") as watcher,
        serving_notes(tmp_path, database.url, "uvicorn-worker", workers=1) as notes,
    ):
        assert value(watcher, "SHOW max_connections") == "100"
        assert value(watcher, "SHOW superuser_reserved_connections") == "3"  # 97 for the others
        assert opened(notes, watcher, POOL_SIZE) == POOL_SIZE
        [old] = notes.workers()
        os.kill(old, signal.SIGSTOP)  # so that it overlaps the new one for certain
        try:
            os.kill(psutil.Process(old).ppid(), signal.SIGHUP)
            wait_until(lambda: notes.workers() - {old})
            assert opened(notes, watcher, 2 * POOL_SIZE) == 2 * POOL_SIZE
        finally:
            os.kill(old, signal.SIGCONT)
        wait_until(lambda: value(watcher, OPEN) == POOL_SIZE)


def value(engine, statement):
    with engine.connect() as connection:
        return connection.exec_driver_sql(statement).scalar()


def opened(notes, watcher, expected):
    """Return how many connections are open, once so many are, while more readers wait."""
    assert notes.ask("GET", "/health")[0] == 200  # the table is there, and the worker is up
    with ThreadPoolExecutor(4 * POOL_SIZE) as clients, watcher.begin() as holder:
        holder.exec_driver_sql("LOCK TABLE notes IN ACCESS EXCLUSIVE MODE")
        reads = [clients.submit(notes.ask, "GET", "/notes") for _ in range(4 * POOL_SIZE)]
        wait_until(lambda: notes.held(*notes.workers()) >= len(reads))
        wait_until(lambda: value(watcher, OPEN) >= expected)
        found = value(watcher, OPEN)
        holder.rollback()
        wait(reads)
    return found


def test_a_file_that_is_no_database_is_503(tmp_path):
    (tmp_path / "notes.db").write_bytes(b"this is no database, and longer than its header: " * 9)
    with serving_notes(tmp_path, workers=1) as notes:
        assert notes.ask("GET", "/health")[0] == 503
        assert notes.said("file is not a database")


def test_a_table_that_is_lost_is_503_and_made_anew(tmp_path):
    with serving_notes(tmp_path, workers=1) as notes:
        notes.create()
        with closing(sqlite3.connect(tmp_path / "notes.db")) as other:
            other.execute("DROP TABLE notes")
        assert notes.ask("GET", "/notes")[0] == 503
        assert notes.ask("GET", "/notes")[2]["items"] == []


def test_a_deleted_file_is_503_and_what_is_acknowledged_then_is_in_the_new_one(tmp_path):
    with serving_notes(tmp_path, workers=2) as notes:
        for _ in range(20):  # until every worker has a connection
            notes.create()
        for each in tmp_path.glob("notes.db*"):
            each.unlink()
        answers = [notes.ask("POST", "/notes", {"title": f"new {number}"}) for number in range(20)]
        assert answers[0][0] == 503
        assert {status for status, *_ in answers} == {201, 503}
        acknowledged = [note for status, _, note in answers if status == 201]
        assert [(each["id"], each["title"]) for each in acknowledged] == rows(
            f"sqlite:///{tmp_path}/notes.db"
        )


def test_a_deleted_file_whose_log_is_left_is_503_until_that_is_deleted(tmp_path):
    with serving_notes(tmp_path, workers=1) as notes:
        here = f"/notes/{notes.create()['id']}"
        (tmp_path / "notes.db").unlink()
        for method in "GET", "DELETE":
            assert notes.ask(method, here)[0] == 503
        assert notes.said("notes.db-wal and")
        for each in tmp_path.glob("notes.db-*"):
            each.unlink()
        assert notes.ask("GET", here)[0] == 404


def test_a_replaced_file_is_503_once_and_then_read(tmp_path):
    with engine_of(f"sqlite:///{tmp_path}/other.db") as new, new.begin() as connection:
        table.create(connection)
        connection.exec_driver_sql("INSERT INTO notes VALUES (7, 1, 'restored', '')")
    with serving_notes(tmp_path, workers=1) as notes:
        notes.create()
        for each in tmp_path.glob("notes.db*"):
            each.unlink()
        (tmp_path / "other.db").rename(tmp_path / "notes.db")
        assert notes.ask("GET", "/notes/7")[0] == 503
        assert notes.ask("GET", "/notes/7")[2]["title"] == "restored"
