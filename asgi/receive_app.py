"""Answers with the first message that it receives.

Run it from the root:   uvicorn asgi.receive_app:app
Run it from this folder:   uvicorn receive_app:app

The body of the request is not in scope: the application awaits it.
"""


async def app(scope, receive, send):
    assert scope["type"] == "http"
    body = f"{await receive()}\n".encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
