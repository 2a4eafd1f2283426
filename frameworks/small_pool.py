"""FastAPI's 40 threads, and a pool of 15 connections: a query of three seconds.

uvicorn frameworks.small_pool:app
"""

import time

from fastapi import FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.pool import QueuePool

engine = create_engine(
    "sqlite://",
    poolclass=QueuePool,
    pool_size=5,
    max_overflow=10,
    pool_timeout=1,  # SQLAlchemy's own is 30 seconds
    connect_args={"check_same_thread": False},
)
app = FastAPI()


@app.get("/report")
def report():
    with engine.connect() as connection:
        time.sleep(3)  # as long as a slow query takes
        return connection.scalar(text("SELECT 'done'"))


@app.get("/ping-def")
def ping_in_a_thread():
    return "pong"


@app.get("/")
async def ping():
    return "pong"
