"""Work after the response: letters that take a second each, and a connection that a task keeps open.

uvicorn frameworks.background:app
"""

import time
from typing import Annotated

from fastapi import BackgroundTasks, Depends, FastAPI

app = FastAPI()


def send(letter):
    print("sends", letter, flush=True)
    time.sleep(1)
    print("has sent", letter, flush=True)


async def send_on_the_loop(letter):
    send(letter)


@app.get("/def")
async def write(tasks: BackgroundTasks):
    for letter in "ABCDE":
        tasks.add_task(send, letter)
    return "accepted"


@app.get("/blocking")
async def write_on_the_loop(tasks: BackgroundTasks):
    tasks.add_task(send_on_the_loop, "F")
    return "accepted"


def connection():
    print("opens a connection", flush=True)
    yield
    print("closes it", flush=True)


@app.get("/kept")
async def kept(tasks: BackgroundTasks, _: Annotated[None, Depends(connection)]):
    tasks.add_task(print, "sends a letter", flush=True)


@app.get("/closed")
async def closed(tasks: BackgroundTasks, _: Annotated[None, Depends(connection, scope="function")]):
    tasks.add_task(print, "sends a letter", flush=True)


@app.get("/")
async def ping():
    return "pong"
