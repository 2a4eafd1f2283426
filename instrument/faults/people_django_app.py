"""A Django application that answers with the length of the body that it got."""

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path

settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="of no use")


def length(request):
    return HttpResponse(str(len(request.body)))


urlpatterns = [path("", length)]
wsgi, asgi = get_wsgi_application(), get_asgi_application()
