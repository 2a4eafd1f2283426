# says: The 503 has no Retry-After


class Shed:
    def __init__(self, app, most):
        self.app, self.most, self.inside = app, most, 0

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http" and self.inside == self.most:
            await send({"type": "http.response.start", "status": 503})
            return await send({"type": "http.response.body"})
        self.inside += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.inside -= 1
