"""Exercise 16: a stream that stops when its client leaves.

It sends a line each tenth of a second, as long as the client is there. When the client has left,
receive() gives the message http.disconnect. A send() that no client gets raises nothing.
"""

import asyncio


async def app(scope, receive, send):
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    while True:  # TODO
        print("sending", flush=True)
        await send({"type": "http.response.body", "body": b"tick\n", "more_body": True})
        await asyncio.sleep(0.1)
