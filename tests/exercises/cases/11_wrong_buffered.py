# says: kept the first one until the last
HEADER = (b"x-served-by", b"workshop")


class ServedBy:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        kept = []

        async def send_with_header(message):
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", []), HEADER]}
            kept.append(message)
            if not message.get("more_body") and message["type"] != "http.response.start":
                for each in kept:
                    await send(each)

        await self.app(scope, receive, send_with_header)
