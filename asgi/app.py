"""The smallest ASGI application that is right.

Run it from the root:   uvicorn asgi.app:app
Run it from this folder:   uvicorn app:app

Look at the imports: there are none. An application is a callable with an agreed signature.
"""

START = {"type": "http.response.start", "status": 200}
BODY = b"Hello, World!\n"


async def app(scope, receive, send):
    assert scope["type"] == "http"  # not "lifespan": that one is refused
    headers = [
        (b"content-type", b"text/plain"),
        (b"content-length", str(len(BODY)).encode()),
    ]
    await send({**START, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})
