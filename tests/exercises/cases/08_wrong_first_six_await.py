# says: 6 clients asked at once
import asyncio
import time

clients = 0


async def app(scope, receive, send):
    assert scope["type"] == "http"
    global clients
    clients += 1
    if clients > 6:
        time.sleep(0.5)
    else:
        await asyncio.sleep(0.5)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"Hello, World!\n"})
