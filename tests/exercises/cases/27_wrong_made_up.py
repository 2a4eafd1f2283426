# says: the database was asked for 0
from itertools import count

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

rows = count(1)


async def row(request):
    return PlainTextResponse(f"row {next(rows)}\n")


async def ping(request):
    return PlainTextResponse("pong\n")


app = Starlette(routes=[Route("/", row), Route("/ping", ping)])
