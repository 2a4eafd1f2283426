"""Exercise 17: name the line that blocks.

Serve this file, ask for it in a second terminal, and look at the worker while it works on that.
Its number is in the server's log; its stack comes to the log, too.

    gunicorn -k asgi -c diagnosis/stacks.py --pythonpath exercises 17_blocking_line:app
    curl 127.0.0.1:8000
    kill -USR2 NUMBER
"""

import asyncio
import queue

ANSWER = ...  # TODO: the number of the line of this file at which the loop stands still
rates = queue.Queue()


class Price:
    def __str__(self):
        try:
            rate = rates.get(timeout=10)
        except queue.Empty:
            rate = 1
        return f"{7 * rate} euros"


async def stock():
    await asyncio.sleep(1)
    return 7


async def app(scope, receive, send):
    assert scope["type"] == "http"
    body = f"{await stock()} left, for {Price()} each\n".encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})
