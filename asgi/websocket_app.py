"""Echoes what comes in over a WebSocket: the second type of connection that ASGI knows.

Run it from the root:   uvicorn asgi.websocket_app:app
Run it from this folder:   uvicorn websocket_app:app

One call of app is one connection, which may carry any number of messages.
"""


async def app(scope, receive, send):
    assert scope["type"] == "websocket"
    await receive()  # websocket.connect
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({**message, "type": "websocket.send"})
