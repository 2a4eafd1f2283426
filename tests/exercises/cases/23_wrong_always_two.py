# says: from_environ() gives '10.0.0.1'. That is a proxy.
PROXIES = {"10.0.0.1", "10.0.0.2"}


def client(way, peer):
    way = [each.strip() for each in way.split(",")]
    return way[-2] if peer in PROXIES and len(way) > 1 else peer


def from_environ(environ):
    return client(environ.get("HTTP_X_FORWARDED_FOR", ""), environ["REMOTE_ADDR"])


def from_scope(scope):
    lines = [value.decode() for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return client(",".join(lines), scope["client"][0])
