"""The same in Starlette: alone, and below three middlewares. A body is read before it waits."""

import asyncio

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route


async def wait(request):
    body = await request.body()
    await asyncio.sleep(request.path_params.get("seconds", 0))
    return PlainTextResponse(f"{len(body)}\n")


class Passes(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        return await call_next(request)


routes = [Route("/", wait), Route("/{seconds:float}", wait)]
app = Starlette(routes=routes)
below_three = Starlette(routes=routes, middleware=[Middleware(Passes)] * 3)
