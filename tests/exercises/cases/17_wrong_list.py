# says: does not show [11]
import asyncio
import threading

ANSWER = [11]
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
