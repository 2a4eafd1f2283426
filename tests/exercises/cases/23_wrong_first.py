# says: Who wrote that?
def from_environ(environ):
    return environ.get("HTTP_X_FORWARDED_FOR", environ["REMOTE_ADDR"]).split(",")[0].strip()


def from_scope(scope):
    for name, value in scope["headers"]:
        if name == b"x-forwarded-for":
            return value.decode().split(",")[0].strip()
    return scope["client"][0]
