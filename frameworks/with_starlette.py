"""Starlette: an endpoint is an `async def`, and hands over what blocks.

uvicorn frameworks.with_starlette:app
"""

import time

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse
from starlette.routing import Route


async def wait_in_a_thread(request):
    await run_in_threadpool(time.sleep, 1)
    return PlainTextResponse("waited\n")


async def ping(request):
    return PlainTextResponse("pong\n")


app = Starlette(routes=[Route("/threadpool", wait_in_a_thread), Route("/", ping)])
