"""The shop as an ASGI application: the path names a function of shop.py, and its seconds.

    gunicorn -k asgi diagnosis.asgi_app:app
    curl 127.0.0.1:8000/parcel/1

Look for the line that blocks, while it runs.
"""

import logging
import os

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from diagnosis import shop

logging.basicConfig(format="%(message)s", level=logging.INFO)
log = logging.getLogger("app")


def route(name, answer):
    async def endpoint(request):
        log.info("%s: process %d begins", request.url.path, os.getpid())
        return PlainTextResponse(await answer(request.path_params["seconds"]))

    return Route(f"/{name}/{{seconds:float}}", endpoint)


async def parcel(seconds):
    return shop.parcel(seconds)


async def order(seconds):
    return shop.order(seconds)


async def stock(seconds):
    return shop.stock(seconds)


async def hello(request):
    return PlainTextResponse("open\n")


routes = [
    Route("/", hello),
    *(route(each.__name__, each) for each in (parcel, order, stock, shop.news)),
]
app = Starlette(routes=routes)
