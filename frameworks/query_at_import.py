"""A connection that is used at import: with --preload, all workers write to it.

    DATABASE_URL=... gunicorn -w 4 --preload --config frameworks/dispose.py frameworks.query_at_import:app

A request for /7 asks the database for 7. Look at what it gets without dispose.py.
"""

import os
import sys

from sqlalchemy import create_engine, text

if "DATABASE_URL" not in os.environ:
    sys.exit("set DATABASE_URL to a PostgreSQL of yours: postgresql+psycopg://user@host/name")
engine = create_engine(os.environ["DATABASE_URL"])
with engine.connect() as connection:
    connection.execute(text("SELECT 1"))  # as settings are read; the pool keeps the connection


def app(environ, start_response):
    path = environ["PATH_INFO"].removeprefix("/")
    with engine.connect() as connection:
        value = connection.scalar(text("SELECT CAST(:value AS text)"), {"value": path})
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [value.encode()]
