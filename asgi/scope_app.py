"""Answers with its scope, one line for each name.

Run it from the root:   uvicorn asgi.scope_app:app
Run it from this folder:   uvicorn scope_app:app

Look at the names: which come from the request, and which from the server?
"""


async def app(scope, receive, send):
    assert scope["type"] == "http"
    lines = [f"{name} = {value!r}\n" for name, value in sorted(scope.items())]
    body = "".join(lines).encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
