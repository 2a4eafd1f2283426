"""Work after the response: letters, each of which takes a second to send.

uvicorn frameworks.background:app
"""

import time

from fastapi import BackgroundTasks, FastAPI

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


@app.get("/")
async def ping():
    return "pong"
