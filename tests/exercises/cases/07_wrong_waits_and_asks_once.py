# says: of 22 bytes came back 2
import asyncio


async def app(scope, receive, send):
    assert scope["type"] == "http"
    await asyncio.sleep(1.5)
    body = (await receive())["body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body.upper()})
