HEADER = (b"x-served-by", b"workshop")


class ServedBy:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        name = f"{scope['method']} {scope['path']}" if scope["type"] == "http" else scope["type"]
        print(name)

        async def send_with_header(message):
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", []), HEADER]}
            await send(message)

        await self.app(scope, receive, send_with_header)
