"""FastAPI: the same second of waiting in five kinds of endpoint, and two pings.

    uvicorn frameworks.with_fastapi:app

Ask each with `python burst.py 41 http://127.0.0.1:8000/def`. Which of them wait for each other?
"""

import asyncio
import time

from asgiref.sync import sync_to_async
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

app = FastAPI()


@app.get("/async")
async def wait_on_the_loop():
    await asyncio.sleep(1)


@app.get("/def")
def wait_in_a_thread():
    time.sleep(1)


@app.get("/blocking")
async def block_the_loop():
    time.sleep(1)


def piece_after_piece():
    time.sleep(1)
    yield "waited\n"


@app.get("/stream")
async def stream():
    return StreamingResponse(piece_after_piece())


@app.get("/sync-to-async")
async def wait_in_the_thread_of_all():
    await sync_to_async(time.sleep)(1)


@app.get("/")
async def ping():
    return "pong"


@app.get("/ping-def")
def ping_in_a_thread():
    return "pong"
