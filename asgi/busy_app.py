"""The application of app.py, which first computes for some 20 to 30 ms.

Run it from the root:   uvicorn asgi.busy_app:app
Run it from this folder:   uvicorn busy_app:app

Look at the CPUs: a request that computes keeps one of them busy, whatever the server.
"""

START = {"type": "http.response.start", "status": 200}
BODY = b"Hello, World!\n"


def work():
    return sum(number * number for number in range(1_000_000))


async def app(scope, receive, send):
    assert scope["type"] == "http"
    headers = [
        (b"content-type", b"text/plain"),
        (b"content-length", str(len(BODY)).encode()),
    ]
    work()
    await send({**START, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})
