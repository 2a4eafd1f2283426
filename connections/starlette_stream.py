"""Sends ten events, half a second apart, on one response, until the client leaves.

Run it from the root:   uvicorn connections.starlette_stream:app, then curl -N 127.0.0.1:8000

Stop curl, and count in the server's terminal how many events it still sends.
"""

import asyncio
import sys

from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route


async def events():
    for number in range(10):
        print(f"sends {number}", file=sys.stderr, flush=True)
        yield f"data: {number}\n\n"
        await asyncio.sleep(0.5)


async def stream(request):
    return StreamingResponse(events(), media_type="text/event-stream")


app = Starlette(routes=[Route("/", stream)])
