"""Exercise 6: an application that answers the lifespan with HTTP.

A server calls it once at start, with scope["type"] == "lifespan". It then sends the message
lifespan.startup, and at the end lifespan.shutdown. Answer the first with
{"type": "lifespan.startup.complete"} and the second with {"type": "lifespan.shutdown.complete"}.
"""


async def app(scope, receive, send):
    # TODO
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"Hello, World!\n"})
