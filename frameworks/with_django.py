"""Django in one file: a view that waits, as `def` and as `async def`.

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
from django.http import HttpResponse
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


async def count_threads(request):
    return HttpResponse(f"{threading.active_count()} threads\n")


urlpatterns = [
    path("def", wait),
    path("async", wait_on_the_loop),
    path("three", wait_three_times, {"is_apart": False}),
    path("three-apart", wait_three_times, {"is_apart": True}),
    path("", count_threads),
]
asgi, wsgi = ASGIHandler(), WSGIHandler()
