"""The standard library's WSGI server, with its validator: python -m tests.wsgiref_server PORT APP."""

import sys
from importlib import import_module
from wsgiref.simple_server import make_server
from wsgiref.validate import validator


def serve(port, name):
    module, _, attribute = name.partition(":")
    app = getattr(import_module(module), attribute)
    make_server("127.0.0.1", int(port), validator(app)).serve_forever()


if __name__ == "__main__":
    serve(*sys.argv[1:])
