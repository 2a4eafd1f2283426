"""Exercise 23: who asks, behind two proxies?

Each proxy appends to X-Forwarded-For the address from which a request came to it. What stands there
before, a client may have made up. A request comes through both proxies, through one, or past them.
Return the address of its client: from environ under WSGI, from scope under ASGI.
"""

PROXIES = {"10.0.0.1", "10.0.0.2"}


def from_environ(environ):
    return environ.get("HTTP_X_FORWARDED_FOR", "").split(",")[0]  # TODO


def from_scope(scope):
    return scope["client"][0]  # TODO
