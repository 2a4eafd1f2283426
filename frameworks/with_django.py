"""Django in one file: views that wait, and that stream, as `def` and as `async def`.

uvicorn frameworks.with_django:asgi
gunicorn -w 1 frameworks.with_django:wsgi
"""

import asyncio
import threading
import time

import django
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"])
django.setup()


def wait(request):
    time.sleep(1)
    return HttpResponse("waited\n")


async def wait_on_the_loop(request):
    await asyncio.sleep(1)
    return HttpResponse("waited\n")


async def wait_three_times(request, is_apart):
    sleep = sync_to_async(time.sleep, thread_sensitive=not is_apart)
    await asyncio.gather(sleep(1), sleep(1), sleep(1))
    return HttpResponse("waited three times\n")


def lines():
    yield "first\n"
    time.sleep(1)
    yield "last\n"


async def async_lines():
    yield "first\n"
    await asyncio.sleep(1)
    yield "last\n"


def stream(request, generator):
    return StreamingHttpResponse(generator())


async def count_threads(request):
    return HttpResponse(f"{threading.active_count()} threads\n")


urlpatterns = [
    path("def", wait),
    path("async", wait_on_the_loop),
    path("three", wait_three_times, {"is_apart": False}),
    path("three-apart", wait_three_times, {"is_apart": True}),
    path("stream", stream, {"generator": lines}),
    path("async-stream", stream, {"generator": async_lines}),
    path("", count_threads),
]
asgi, wsgi = ASGIHandler(), WSGIHandler()
