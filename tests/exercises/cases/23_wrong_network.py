# says: with X-Forwarded-For: "10.0.0.
def client(way):
    others = [each.strip() for each in way if not each.strip().startswith("10.")]
    return others[-1] if others else way[-1]


def from_environ(environ):
    way = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
    return client([*filter(None, way), environ["REMOTE_ADDR"]])


def from_scope(scope):
    way = []
    for name, value in scope["headers"]:
        if name == b"x-forwarded-for":
            way += value.decode().split(",")
    return client([*way, scope["client"][0]])
