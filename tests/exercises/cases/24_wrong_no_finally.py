# says: A request ended with an error, and its place is still taken.
START = {"type": "http.response.start", "status": 503, "headers": [(b"retry-after", b"1")]}


class Shed:
    def __init__(self, app, most):
        self.app, self.most, self.inside = app, most, 0

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        if self.inside == self.most:
            await send(START)
            return await send({"type": "http.response.body"})
        self.inside += 1
        await self.app(scope, receive, send)
        self.inside -= 1
