"""Exercise 7: a body that comes in pieces.

Answer with the body of the request in capitals. receive() gives a piece of it at a time, and
says with more_body whether another one follows: a message without it is the last.
"""


async def app(scope, receive, send):
    assert scope["type"] == "http"
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body.upper()})
