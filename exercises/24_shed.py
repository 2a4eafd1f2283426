"""Exercise 24: shed what is too much.

Let at most `most` requests into the application at a time. Answer the others at once, with 503 and
a Retry-After of one second. A place is free again when its request has ended: with an answer, with
an error, or cancelled because its client has left. Let WebSockets and the lifespan through.
"""


class Shed:
    def __init__(self, app, most):
        self.app = app
        self.most = most

    async def __call__(self, scope, receive, send):
        await self.app(scope, receive, send)  # TODO
