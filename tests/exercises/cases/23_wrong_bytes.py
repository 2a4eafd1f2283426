# says: from_environ() gives '10.0.0.2'. That is a proxy.
def from_environ(environ):
    return environ["REMOTE_ADDR"]


def from_scope(scope):
    return dict(scope["headers"])[b"x-forwarded-for"]
