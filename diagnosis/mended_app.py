"""The application of watched_app.py with one bug mended: a thread asks the courier, and the loop goes on.

uvicorn diagnosis.mended_app:app
"""

import asyncio

from starlette.applications import Starlette

from diagnosis import shop, watched_app
from diagnosis.asgi_app import route
from diagnosis.lag import lifespan


async def parcel(seconds):
    return await asyncio.to_thread(shop.parcel, seconds)


app = Starlette(routes=[route("parcel", parcel), *watched_app.app.routes], lifespan=lifespan)
