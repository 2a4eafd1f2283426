"""The application of small_pool.py, with three cures, and one that works by chance (/enough).

uvicorn frameworks.pool_cures:app
"""

import time
from typing import Annotated

from fastapi import Depends
from fastapi.responses import PlainTextResponse
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import TimeoutError
from sqlalchemy.pool import QueuePool

from frameworks.small_pool import app


def engine_of(**options):
    shared = {"check_same_thread": False}
    return create_engine("sqlite://", poolclass=QueuePool, connect_args=shared, **options)


def connections_of(engine):
    def connection():
        with engine.connect() as connection:
            time.sleep(0.6)  # as long as it takes to look up the user
            yield connection

    return connection


def report(connection):
    time.sleep(3)
    return connection.scalar(text("SELECT 'done'"))


small = engine_of(pool_size=5, max_overflow=10, pool_timeout=1)
large = engine_of(pool_size=40, max_overflow=0, pool_timeout=1)
Limited = Annotated[Connection, Depends(connections_of(small), max_concurrency=15)]
Enough = Annotated[Connection, Depends(connections_of(large))]
Refusing = Annotated[Connection, Depends(connections_of(small))]


@app.get("/inside")
def inside():
    with large.connect() as connection:
        return report(connection)


@app.exception_handler(TimeoutError)
async def refuse(request, error):
    return PlainTextResponse("busy", status_code=503, headers={"Retry-After": "3"})


@app.get("/limited")
def limited(connection: Limited):
    return report(connection)


@app.get("/enough")
def enough(connection: Enough):
    return report(connection)


@app.get("/refusing")
def refusing(connection: Refusing):
    return report(connection)
