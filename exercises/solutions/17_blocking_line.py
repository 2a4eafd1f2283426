"""Exercise 17: name the line that blocks.

Serve this file, ask for it in a second terminal, and look at the worker while it works on that.
Its number is in the server's log; its stack comes to the log, too.

    gunicorn -k asgi -c diagnosis/stacks.py --pythonpath my_exercises 17_blocking_line:app
    curl 127.0.0.1:8000
    kill -USR2 NUMBER
"""

import asyncio
import threading

ANSWER = 20
new_rate = threading.Event()


class Price:
    def __str__(self):
        rate = 2 if new_rate.wait(10) else 1
        return f"{7 * rate} euros"


async def app(scope, receive, send):
    assert scope["type"] == "http"
    in_stock = await asyncio.sleep(1, 7)
    body = f"{in_stock} left, for {Price()} each\n".encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})
