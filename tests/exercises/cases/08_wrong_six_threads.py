# says: some after the others
import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

pool = ThreadPoolExecutor(6)


async def app(scope, receive, send):
    assert scope["type"] == "http"
    await asyncio.get_running_loop().run_in_executor(pool, time.sleep, 0.5)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"Hello, World!\n"})
