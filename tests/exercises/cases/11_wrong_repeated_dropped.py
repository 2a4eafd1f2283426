# says: a header may come twice, and one is gone
HEADER = (b"x-served-by", b"workshop")


class ServedBy:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        async def send_with_header(message):
            if message["type"] == "http.response.start":
                message = {
                    **message,
                    "headers": list(dict([*message.get("headers", []), HEADER]).items()),
                }
            await send(message)

        await self.app(scope, receive, send_with_header)
