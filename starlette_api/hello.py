"""The smallest Starlette application: one route.

Run it from the root:   uvicorn starlette_api.hello:app --workers 4
Run it from this folder:   uvicorn hello:app --workers 4

Compare it with asgi/app.py: `app` is an ASGI application, too, an object that can be called.
"""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


async def hello(request: Request) -> JSONResponse:
    return JSONResponse({"hello": "world"})


app = Starlette(routes=[Route("/", hello)])
