# says: from_environ() gives '10.0.0.1'. That is a proxy.
def from_environ(environ):
    return environ.get("HTTP_X_FORWARDED_FOR", environ["REMOTE_ADDR"]).split(",")[-1].strip()


def from_scope(scope):
    for name, value in scope["headers"]:
        if name == b"x-forwarded-for":
            return value.decode().split(",")[-1].strip()
    return scope["client"][0]
