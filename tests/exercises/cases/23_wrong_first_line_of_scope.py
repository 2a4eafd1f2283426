# says: Who wrote that?
PROXIES = {"10.0.0.1", "10.0.0.2"}


def client(way, peer):
    way = [*way.split(","), peer]
    return [each.strip() for each in way if each.strip() not in PROXIES][-1]


def from_environ(environ):
    return client(environ.get("HTTP_X_FORWARDED_FOR", ""), environ["REMOTE_ADDR"])


def from_scope(scope):
    headers = dict(reversed(scope["headers"]))
    return client(headers.get(b"x-forwarded-for", b"").decode(), scope["client"][0])
