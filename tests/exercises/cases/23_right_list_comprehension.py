PROXIES = {"10.0.0.1", "10.0.0.2"}


def nearest(chain):
    others = [address for address in chain if address not in PROXIES]
    return others[-1]


def from_environ(environ):
    header = environ.get("HTTP_X_FORWARDED_FOR")
    chain = header.replace(" ", "").split(",") if header else []
    return nearest([*chain, environ["REMOTE_ADDR"]])


def from_scope(scope):
    chain = []
    for name, value in scope["headers"]:
        if name == b"x-forwarded-for":
            chain += value.decode().replace(" ", "").split(",")
    return nearest([*chain, scope["client"][0]])
