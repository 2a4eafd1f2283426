import re

from starlette.requests import Request

PROXIES = {"10.0.0.1", "10.0.0.2"}


def believed(text):
    for address in reversed(re.split(r"\s*,\s*", text)):
        if address not in PROXIES:
            return address
    return None


def from_environ(environ):
    return believed(",".join([environ.get("HTTP_X_FORWARDED_FOR", ""), environ["REMOTE_ADDR"]]))


def from_scope(scope):
    request = Request(scope)
    return believed(",".join([*request.headers.getlist("x-forwarded-for"), request.client.host]))
