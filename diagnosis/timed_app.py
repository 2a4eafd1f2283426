"""The application of asgi_app.py in a middleware, which logs how long each request took, and waited.

    uvicorn --no-access-log diagnosis.timed_app:app

The proxy in front tells in a header when the request came to it.
"""

import logging
import time

from diagnosis import asgi_app

log = logging.getLogger("timing")


async def app(scope, receive, send):
    if scope["type"] != "http":
        return await asgi_app.app(scope, receive, send)
    began, now = time.perf_counter(), time.time()
    try:
        came = float(dict(scope["headers"]).get(b"x-request-start", now))
    except ValueError:  # a client may send anything
        came = now
    try:
        await asgi_app.app(scope, receive, send)
    finally:
        took = time.perf_counter() - began
        log.info("%s waited %.1f s, took %.1f s", scope["path"], now - came, took)
