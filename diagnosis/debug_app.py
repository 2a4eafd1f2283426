"""The application of asgi_app.py, which turns on the debug mode of its event loop.

uvicorn diagnosis.debug_app:app
"""

import asyncio
from contextlib import asynccontextmanager

from starlette.applications import Starlette

from diagnosis.asgi_app import routes


@asynccontextmanager
async def lifespan(app):
    asyncio.get_running_loop().set_debug(True)
    yield


app = Starlette(routes=routes, lifespan=lifespan)
