# says: Who wrote that?
PROXIES = {"10.0.0.1", "10.0.0.2"}


def client(way, peer):
    way = [each.strip() for each in ",".join(way).split(",")]
    others = [each for each in way if each and each not in PROXIES]
    return others[-1] if others else peer


def from_environ(environ):
    return client([environ.get("HTTP_X_FORWARDED_FOR", "")], environ["REMOTE_ADDR"])


def from_scope(scope):
    lines = [value.decode() for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return client(lines, scope["client"][0])
