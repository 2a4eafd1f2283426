# says: one more waited: answer it at once

import asyncio


class Shed:
    def __init__(self, app, most):
        self.app, self.places = app, asyncio.Semaphore(most)

    async def __call__(self, scope, receive, send):
        async with self.places:
            await self.app(scope, receive, send)
