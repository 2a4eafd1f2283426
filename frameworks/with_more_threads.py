"""FastAPI with 100 threads in place of 40.

uvicorn frameworks.with_more_threads:app
"""

import threading
import time
from contextlib import asynccontextmanager

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app):
    current_default_thread_limiter().total_tokens = 100
    yield


app = FastAPI(lifespan=lifespan)


@app.get("/def")
def wait_in_a_thread():
    time.sleep(1)


@app.get("/")
async def count_threads():
    return f"{threading.active_count()} threads"
