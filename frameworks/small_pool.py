"""FastAPI's 40 threads, and a pool of 15 connections: a query of three seconds.

uvicorn frameworks.small_pool:app
"""

import asyncio
import time

from fastapi import FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, QueuePool

POOL = {"pool_size": 5, "max_overflow": 10, "pool_timeout": 1}  # SQLAlchemy's own is 30 seconds
engine = create_engine(
    "sqlite://", poolclass=QueuePool, connect_args={"check_same_thread": False}, **POOL
)
async_engine = create_async_engine("sqlite+aiosqlite://", poolclass=AsyncAdaptedQueuePool, **POOL)
app = FastAPI()


@app.get("/report")
def report():
    with engine.connect() as connection:
        time.sleep(3)  # as long as a slow query takes
        return connection.scalar(text("SELECT 'done'"))


@app.get("/async-report")
async def report_on_the_loop():
    async with async_engine.connect() as connection:
        await asyncio.sleep(3)
        return await connection.scalar(text("SELECT 'done'"))


@app.get("/ping-def")
def ping_in_a_thread():
    return "pong"


@app.get("/")
async def ping():
    return "pong"
