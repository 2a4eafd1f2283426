"""Flask: a view that waits, as `def` and as `async def`, and three waits in one view.

gunicorn -w 1 frameworks.with_flask:app
"""

import asyncio
import time

from flask import Flask

app = Flask(__name__)


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


@app.get("/")
def ping():
    return "pong\n"
