"""Exercise 11: middleware that adds a header to every HTTP answer.

Add x-served-by: workshop to the headers that the application sends, and keep those. Leave
WebSockets and the lifespan as they are.
"""

HEADER = (b"x-served-by", b"workshop")


class ServedBy:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        await self.app(scope, receive, send)  # TODO
