"""Exercise 23: who asks, behind two proxies?

The nearest address is the one of the connection. Each address is believed as long as a proxy of ours
has written it: from the end on, the first one that is no proxy is the client.
"""

PROXIES = {"10.0.0.1", "10.0.0.2"}


def client(peer, forwarded):
    way = [each.strip() for each in forwarded.split(",") if each.strip()]
    while peer in PROXIES and way:
        peer = way.pop()
    return peer


def from_environ(environ):
    return client(environ["REMOTE_ADDR"], environ.get("HTTP_X_FORWARDED_FOR", ""))


def from_scope(scope):
    lines = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return client(scope["client"][0], b",".join(lines).decode("latin-1"))
