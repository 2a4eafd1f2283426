# says: 200 clients should get a row each, and 200 got b'row 1\n'.
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route


async def row(request):
    return PlainTextResponse("row 1\n")


async def ping(request):
    return PlainTextResponse("pong\n")


app = Starlette(routes=[Route("/", row), Route("/ping", ping)])
