# says: came back
async def app(scope, receive, send):
    assert scope["type"] == "http"
    body, more = b"", True
    for _ in range(8):
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body.upper()})
