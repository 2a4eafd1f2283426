"""Passes each message on to every WebSocket that this process holds.

uvicorn --workers 4 connections.chat_app:app
python -m connections.chat_client
"""

import os

from starlette.applications import Starlette
from starlette.routing import WebSocketRoute

held = set()


async def tell_all(message):
    for websocket in list(held):
        await websocket.send_text(message)


async def chat(websocket):
    await websocket.accept()
    await websocket.send_text(str(os.getpid()))
    held.add(websocket)
    try:
        async for message in websocket.iter_text():
            await tell_all(message)
    finally:
        held.remove(websocket)


app = Starlette(routes=[WebSocketRoute("/", chat)])
