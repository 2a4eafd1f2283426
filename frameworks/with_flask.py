"""Flask: views that wait, as `def` and as `async def`, and a lock that outlives its request.

gunicorn -w 1 frameworks.with_flask:app
"""

import asyncio
import time

from flask import Flask

app = Flask(__name__)
lock = asyncio.Lock()


@app.get("/def")
def wait():
    time.sleep(1)
    return "waited\n"


@app.get("/async")
async def wait_on_a_loop_of_its_own():
    await asyncio.sleep(1)
    return "waited\n"


@app.get("/three")
async def wait_three_times():
    await asyncio.gather(*(asyncio.sleep(1) for _ in range(3)))
    return "waited three times\n"


async def hold_the_lock():
    async with lock:
        await asyncio.sleep(0)


@app.get("/lock")
async def wait_for_the_lock():
    await asyncio.gather(hold_the_lock(), hold_the_lock())
    return "locked\n"


@app.get("/")
def ping():
    return "pong\n"
