"""Django in one file: views that wait, that stream, and one that asks a database.

uvicorn frameworks.with_django:asgi
gunicorn -w 1 frameworks.with_django:wsgi
"""

import asyncio
import threading
import time
from pathlib import Path

import django
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.db.backends.signals import connection_created
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path

DATABASE = Path("results/django.sqlite")
DATABASE.parent.mkdir(exist_ok=True)
KEPT = {"ENGINE": "django.db.backends.sqlite3", "NAME": DATABASE, "CONN_MAX_AGE": None}
settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], DATABASES={"default": KEPT})
django.setup()
opened = []
connection_created.connect(lambda **_: opened.append(1), weak=False)


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


def query(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        time.sleep(1)  # as long as a slow query takes
    return HttpResponse("done\n")


def count_connections(request):
    return HttpResponse(f"connections opened: {len(opened)}\n")


async def count_threads(request):
    return HttpResponse(f"{threading.active_count()} threads\n")


urlpatterns = [
    path("def", wait),
    path("async", wait_on_the_loop),
    path("three", wait_three_times, {"is_apart": False}),
    path("three-apart", wait_three_times, {"is_apart": True}),
    path("stream", stream, {"generator": lines}),
    path("async-stream", stream, {"generator": async_lines}),
    path("query", query),
    path("connections", count_connections),
    path("", count_threads),
]
asgi, wsgi = ASGIHandler(), WSGIHandler()
