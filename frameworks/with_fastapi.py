"""FastAPI: the same second of waiting in three kinds of endpoint, and two pings.

    uvicorn frameworks.with_fastapi:app

Ask each with `python burst.py 41 http://127.0.0.1:8000/def`. Which of them wait for each other?
"""

import asyncio
import time

from fastapi import FastAPI

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


@app.get("/")
async def ping():
    return "pong"


@app.get("/ping-def")
def ping_in_a_thread():
    return "pong"
