"""Answers with what the server says about the client: its address, and the scheme that it used.

Run it from the root:   uvicorn connections.asgi_peer:app, then curl 127.0.0.1:8000

Look at who may set them: curl -H 'X-Forwarded-For: 1.2.3.4' 127.0.0.1:8000
"""


async def app(scope, receive, send):
    assert scope["type"] == "http"
    address = scope["client"][0] if scope["client"] else None  # over a Unix socket
    body = f"{address} {scope['scheme']}\n".encode()
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
