import asyncio


async def left(receive):
    while (await receive())["type"] != "http.disconnect":
        pass


async def app(scope, receive, send):
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    leaving = asyncio.create_task(left(receive))
    while not (await asyncio.wait([leaving], timeout=0.1))[0]:
        print("sending", flush=True)
        await send({"type": "http.response.body", "body": b"tick\n", "more_body": True})
