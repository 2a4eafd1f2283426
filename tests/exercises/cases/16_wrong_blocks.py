# says: or too late
import asyncio
import time


async def left(receive):
    while (await receive())["type"] != "http.disconnect":
        pass


async def app(scope, receive, send):
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    leaving = asyncio.create_task(left(receive))
    while not leaving.done():
        print("sending", flush=True)
        await send({"type": "http.response.body", "body": b"tick\n", "more_body": True})
        time.sleep(0.1)
        await asyncio.sleep(0)
