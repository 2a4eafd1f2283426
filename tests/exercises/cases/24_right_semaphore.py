import asyncio

from starlette.responses import PlainTextResponse


class Shed:
    def __init__(self, app, most):
        self.app = app
        self.places = asyncio.Semaphore(most)

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        if self.places.locked():
            busy = PlainTextResponse("busy", status_code=503, headers={"Retry-After": "1"})
            return await busy(scope, receive, send)
        async with self.places:
            await self.app(scope, receive, send)
