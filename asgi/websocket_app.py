"""Echoes what comes in over a WebSocket: the second type of connection that ASGI knows.

Run it from the root:   uvicorn asgi.websocket_app:app
Run it from this folder:   uvicorn websocket_app:app

Notice that one call of app is one connection, with as many messages as it likes.
"""


async def app(scope, receive, send):
    assert scope["type"] == "websocket"
    await receive()  # websocket.connect
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({**message, "type": "websocket.send"})
