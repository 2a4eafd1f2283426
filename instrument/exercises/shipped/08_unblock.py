"""Exercise 8: an application that blocks its event loop.

Each answer takes half a second. Change one line (and what it imports) so that clients who ask
at the same time are answered at the same time, each after half a second.
"""

import time


async def app(scope, receive, send):
    assert scope["type"] == "http"
    time.sleep(0.5)  # TODO
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"Hello, World!\n"})
