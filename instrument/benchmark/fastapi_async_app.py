"""The two calls in FastAPI, with the same statements, through SQLAlchemy's asyncio extension."""

import os

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import create_async_engine

from starlette_api.models import NewNote, Note
from starlette_api.store import CONNECT, CREATE, ONE, POOL_SIZE, WAIT_SECONDS, found

app = FastAPI()
engine = create_async_engine(
    os.environ["DATABASE_URL"].replace("sqlite", "sqlite+aiosqlite"),
    pool_size=POOL_SIZE,
    max_overflow=0,
    pool_timeout=WAIT_SECONDS,
    connect_args=CONNECT["sqlite"],
)


@app.get("/notes/{id}")
async def show(id: int) -> Note:
    async with engine.begin() as connection:
        return found(await connection.execute(ONE, {"id": id}))


@app.post("/notes", status_code=201)
async def create(new: NewNote) -> Note:
    async with engine.begin() as connection:
        return found(await connection.execute(CREATE, {"version": 1, **new.model_dump()}))
