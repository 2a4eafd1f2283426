# says: A client that sends a body in pieces was still there
import asyncio


async def left(receive):
    await receive()
    await receive()


async def app(scope, receive, send):
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    leaving = asyncio.create_task(left(receive))
    while not leaving.done():
        print("sending", flush=True)
        await send({"type": "http.response.body", "body": b"tick\n", "more_body": True})
        await asyncio.sleep(0.1)
