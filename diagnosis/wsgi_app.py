"""The shop as a WSGI application: the path names a function of shop.py, and its seconds.

gunicorn diagnosis.wsgi_app:app
"""

import asyncio
import logging
import os

from diagnosis import shop

logging.basicConfig(format="%(message)s", level=logging.INFO)
log = logging.getLogger("app")


def news(seconds):
    return asyncio.run(shop.news(seconds))


ANSWERS = {"parcel": shop.parcel, "order": shop.order, "stock": shop.stock, "news": news}


def app(environ, start_response):
    _, name, *rest = environ["PATH_INFO"].split("/")
    if name:
        log.info("%s: process %d begins", environ["PATH_INFO"], os.getpid())
    body = (ANSWERS[name](float(rest[0])) if name else "open\n").encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
