# says: no others
body = b""


async def app(scope, receive, send):
    assert scope["type"] == "http"
    global body
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body.upper()})
