# says: still there, and got
import asyncio


gone = []


async def left(receive):
    while (await receive())["type"] != "http.disconnect":
        pass
    gone.append(True)


async def app(scope, receive, send):
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    task = asyncio.create_task(left(receive))
    while not gone and task:
        print("sending", flush=True)
        await send({"type": "http.response.body", "body": b"tick\n", "more_body": True})
        await asyncio.sleep(0.1)
