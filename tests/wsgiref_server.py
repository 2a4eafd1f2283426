"""The standard library's WSGI server, with its validator: python -m tests.wsgiref_server PORT APP."""

import sys
from importlib import import_module
from wsgiref.simple_server import make_server
from wsgiref.validate import validator

if __name__ == "__main__":
    port, (module, name) = int(sys.argv[1]), sys.argv[2].split(":")
    app = getattr(import_module(module), name)
    make_server("127.0.0.1", port, validator(app)).serve_forever()
