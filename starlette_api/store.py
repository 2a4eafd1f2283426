"""The notes in a database. Its calls block, and each is a transaction of one statement."""

import os
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from starlette_api.models import NewNote, Note
from starlette_api.problems import Problem

POOL_SIZE = 5  # the database sees workers x POOL_SIZE connections at most
WRITERS = POOL_SIZE - 1  # at once in a worker: one connection is for readers
WAIT_SECONDS = 5  # for a turn to write, for a connection of the pool, and for a lock
CREATION = 20_261_121  # any number: the lock that a worker takes to create the table
CONNECT = {
    "sqlite": {"timeout": WAIT_SECONDS},
    "postgresql": {
        "connect_timeout": WAIT_SECONDS,
        "tcp_user_timeout": WAIT_SECONDS * 1000,
        "options": f"-c statement_timeout={WAIT_SECONDS}s",
    },
}

notes = sa.Table(
    "notes",
    sa.MetaData(),
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sqlite_autoincrement=True,  # so that no id is used twice
)

# Built once: building one takes as long as SQLite's answer.
ONE = sa.select(notes).where(notes.c.id == sa.bindparam("id"))
PAGE = sa.select(notes).where(notes.c.id > sa.bindparam("after")).order_by(notes.c.id)
CREATE = sa.insert(notes).returning(notes)


class Store:
    def __init__(self, url: str):
        self.kind = url.partition(":")[0].partition("+")[0]
        if self.kind not in CONNECT:
            raise ValueError(f"DATABASE_URL starts with {' or '.join(CONNECT)}, not {self.kind!r}")
        self.engine = sa.create_engine(
            url,
            pool_size=POOL_SIZE,
            max_overflow=0,
            pool_timeout=WAIT_SECONDS,
            pool_pre_ping=self.kind != "sqlite",  # the database may have been restarted meanwhile
            connect_args=CONNECT[self.kind],
        )
        self.is_prepared = False
        self.file = None  # on which the connections were opened

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        """Give a transaction, which is committed at the end of its block."""
        if not self.is_prepared:
            self.prepare()
        file = self.file
        self.expect(file)
        try:
            with self.engine.begin() as connection:
                yield connection
        finally:
            self.expect(file)  # else the write went to a file without a name

    def expect(self, file: tuple[int, int] | None) -> None:
        if self.file_now() != file:
            raise sa.exc.DisconnectionError("its file was deleted or replaced")

    def file_now(self) -> tuple[int, int] | None:
        """Return what tells SQLite's file from any other of the same name."""
        try:
            status = os.stat(self.engine.url.database) if self.kind == "sqlite" else None
        except OSError:
            return None
        return status and (status.st_dev, status.st_ino)

    def doubt(self, error: sa.exc.SQLAlchemyError) -> None:
        """Look for the table again, unless the database was only busy: it may come back empty."""
        if not isinstance(error, sa.exc.TimeoutError) and "locked" not in str(error):
            self.is_prepared = False
            self.engine.dispose()

    def prepare(self) -> None:
        """Create the table, as all workers do at once."""
        if self.kind == "sqlite":
            self.refuse_leftovers()
            self.use_write_ahead_log()
        file = self.file_now()
        self.engine.dispose()  # so that every connection is opened after this look at the file
        with self.engine.begin() as connection:
            if self.kind == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(CREATION)))
            connection.execute(sa.schema.CreateTable(notes, if_not_exists=True))
        self.file, self.is_prepared = file, True

    def refuse_leftovers(self) -> None:
        """Raise when a deleted file's log is still there, which SQLite might take for a new one's."""
        path = self.engine.url.database or ""
        left = [path + end for end in ("-wal", "-shm") if os.path.exists(path + end)]
        if left and not os.path.exists(path):
            raise sa.exc.DisconnectionError(f"its file is gone: also delete {' and '.join(left)}")

    def use_write_ahead_log(self) -> None:
        """Let others read while one writes. Here SQLite does not wait for a lock by itself."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                with self.engine.connect() as connection:
                    connection.exec_driver_sql("PRAGMA journal_mode = wal")
                    return
            except sa.exc.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)

    def list(self, after: int, limit: int) -> list[Note]:
        with self.begin() as connection:
            rows = connection.execute(PAGE.limit(limit), {"after": after})
            return [Note(**row) for row in rows.mappings()]

    def get(self, id: int) -> Note:
        with self.begin() as connection:
            return found(connection.execute(ONE, {"id": id}))

    def create(self, new: NewNote) -> Note:
        with self.begin() as connection:
            return found(connection.execute(CREATE, {"version": 1, **new.model_dump()}))

    def change(self, id: int, values: dict, versions: Collection[int] | None) -> Note:
        """Change a note that is in one of the versions; in any, where these are None."""
        return self.act(
            sa.update(notes).values(version=notes.c.version + 1, **values), id, versions
        )

    def delete(self, id: int, versions: Collection[int] | None) -> Note:
        return self.act(sa.delete(notes), id, versions)

    def act(
        self, statement: sa.Update | sa.Delete, id: int, versions: Collection[int] | None
    ) -> Note:
        statement = statement.where(notes.c.id == id).returning(notes)
        if versions is not None:
            statement = statement.where(notes.c.version.in_(versions))
        with self.begin() as connection:
            row = connection.execute(statement).mappings().first()
            if row is None:
                found(connection.execute(ONE, {"id": id}))
                raise Problem(412, "The note has changed since then: get it again.")
            return Note(**row)


def found(rows: sa.CursorResult) -> Note:
    """Return the note; raise Problem when there is none."""
    row = rows.mappings().first()
    if row is None:
        raise Problem(404, "There is no such note.")
    return Note(**row)
