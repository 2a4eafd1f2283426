"""The chat of chat_app.py for several processes: PostgreSQL passes each message on to all of them.

DATABASE_URL=postgresql://user@host/name uvicorn --workers 4 connections.shared_chat_app:app
python -m connections.chat_client

Each process has two connections to the database: on one it listens, on the other it sends.
"""

import asyncio
import os
from contextlib import asynccontextmanager

from psycopg import AsyncConnection
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute

from connections.chat_app import held, tell_all


async def connect():
    return await AsyncConnection.connect(os.environ["DATABASE_URL"], autocommit=True)


async def pass_on(listener):
    async for notice in listener.notifies():
        await tell_all(notice.payload)


async def chat(websocket):
    await websocket.accept()
    await websocket.send_text(str(os.getpid()))
    held.add(websocket)
    try:
        async for message in websocket.iter_text():
            await websocket.app.state.sender.execute("SELECT pg_notify('chat', %s)", [message])
    finally:
        held.remove(websocket)


@asynccontextmanager
async def lifespan(app):
    async with await connect() as listener, await connect() as app.state.sender:
        await listener.execute("LISTEN chat")
        telling = asyncio.create_task(pass_on(listener))
        yield
        telling.cancel()


app = Starlette(routes=[WebSocketRoute("/", chat)], lifespan=lifespan)
