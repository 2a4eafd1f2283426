"""Exercise 24: shed what is too much.

No await stands between the question and the count, so that no other request comes in between.
"""

START = {"type": "http.response.start", "status": 503, "headers": [(b"retry-after", b"1")]}


class Shed:
    def __init__(self, app, most):
        self.app = app
        self.most = most
        self.inside = 0

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif self.inside >= self.most:
            await send(START)
            await send({"type": "http.response.body", "body": b"busy\n"})
        else:
            self.inside += 1
            try:
                await self.app(scope, receive, send)
            finally:
                self.inside -= 1
