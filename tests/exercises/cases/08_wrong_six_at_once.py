# says: some after the others
import asyncio

places = asyncio.Semaphore(6)


async def app(scope, receive, send):
    assert scope["type"] == "http"
    async with places:
        await asyncio.sleep(0.5)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"Hello, World!\n"})
