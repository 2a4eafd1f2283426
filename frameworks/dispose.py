"""Gunicorn's settings: a worker begins with connections of its own, and leaves the master's alone."""


def post_fork(server, worker):
    from frameworks.query_at_import import engine  # in the worker, which has it by now

    engine.dispose(close=False)
