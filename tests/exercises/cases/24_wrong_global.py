# says: another Shed was full, and they count together
START = {"type": "http.response.start", "status": 503, "headers": [(b"retry-after", b"1")]}

inside = 0


class Shed:
    def __init__(self, app, most):
        self.app, self.most = app, most

    async def __call__(self, scope, receive, send):
        global inside
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        if inside >= self.most:
            await send(START)
            return await send({"type": "http.response.body"})
        inside += 1
        try:
            await self.app(scope, receive, send)
        finally:
            inside -= 1
