"""The mistake: an application that never looks at the type of its scope.

Run it from the root:   uvicorn asgi.careless_app:app
Run it from this folder:   uvicorn careless_app:app

Look at what it prints before any request was sent.
"""

START = {"type": "http.response.start", "status": 200}
BODY = b"Hello, World!\n"


async def app(scope, receive, send):
    print("called for", scope["type"])
    headers = [
        (b"content-type", b"text/plain"),
        (b"content-length", str(len(BODY)).encode()),
    ]
    await send({**START, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})
