"""Django keeps a database connection for each thread: how many does it open?

uvicorn frameworks.django_connections:asgi
gunicorn -w 1 frameworks.django_connections:wsgi
"""

import time
from pathlib import Path

import django
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.db.backends.signals import connection_created
from django.http import HttpResponse
from django.urls import path

DATABASE = Path("results/django.sqlite")
DATABASE.parent.mkdir(exist_ok=True)
KEPT = {"ENGINE": "django.db.backends.sqlite3", "NAME": DATABASE, "CONN_MAX_AGE": None}
settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], DATABASES={"default": KEPT})
django.setup()
opened = []
connection_created.connect(lambda **_: opened.append(1), weak=False)


def query(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        time.sleep(1)  # as long as a slow query takes
    return HttpResponse("done\n")


def count(request):
    return HttpResponse(f"connections opened: {len(opened)}\n")


urlpatterns = [path("query", query), path("", count)]
asgi, wsgi = ASGIHandler(), WSGIHandler()
