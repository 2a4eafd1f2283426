class Shed:
    def __init__(self, app, most):
        self.app, self.most, self.inside = app, most, set()

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            if len(self.inside) == self.most:
                headers = [(b"content-length", b"0"), (b"retry-after", b"1")]
                await send({"type": "http.response.start", "status": 503, "headers": headers})
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                return
            self.inside.add(id(scope))
        try:
            await self.app(scope, receive, send)
        finally:
            self.inside.discard(id(scope))
