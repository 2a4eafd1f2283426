"""How long a dependency with `yield` keeps what it opened: for the background task, or not.

uvicorn --no-access-log frameworks.kept_connection:app
"""

from typing import Annotated

from fastapi import BackgroundTasks, Depends, FastAPI

app = FastAPI()


def connection():
    print("opens a connection", flush=True)
    yield
    print("closes it", flush=True)


def send():
    print("sends a letter", flush=True)


@app.get("/kept")
async def kept(tasks: BackgroundTasks, _: Annotated[None, Depends(connection)]):
    tasks.add_task(send)


@app.get("/closed")
async def closed(tasks: BackgroundTasks, _: Annotated[None, Depends(connection, scope="function")]):
    tasks.add_task(send)


@app.get("/")
async def ping():
    return "pong"
