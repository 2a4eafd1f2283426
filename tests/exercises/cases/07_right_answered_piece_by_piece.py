async def app(scope, receive, send):
    assert scope["type"] == "http"
    more = True
    await send({"type": "http.response.start", "status": 200, "headers": []})
    while more:
        message = await receive()
        body, more = message.get("body", b""), message.get("more_body", False)
        await send({"type": "http.response.body", "body": body.upper(), "more_body": more})
