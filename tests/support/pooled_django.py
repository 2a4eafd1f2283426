"""Django with the pool that `True` stands for; PGHOST and PGUSER say which PostgreSQL."""

import django
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.db import connection
from django.http import HttpResponse
from django.urls import path

POOLED = {
    "ENGINE": "django.db.backends.postgresql",
    "NAME": "postgres",
    "OPTIONS": {"pool": True},
}
settings.configure(
    ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], DATABASES={"default": POOLED}
)
django.setup()


def query(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(1)")
    return HttpResponse("done\n")


def ping(request):
    return HttpResponse("pong\n")


urlpatterns = [path("query", query), path("", ping)]
asgi = ASGIHandler()
