"""The standard library's WSGI server, which handles one request after the other, and its validator.

Run it from the root:   python -m wsgi.wsgiref_server 8000 wsgi.slow_app:app
"""

import argparse
import sys
from importlib import import_module
from wsgiref.simple_server import make_server
from wsgiref.validate import validator

from command_line import port, run


def serve(port, name):
    module, _, attribute = name.partition(":")
    app = getattr(import_module(module), attribute)
    make_server("127.0.0.1", port, validator(app)).serve_forever()


def main():
    parser = argparse.ArgumentParser(prog="python -m wsgi.wsgiref_server")
    parser.add_argument("port", type=port)
    parser.add_argument("app", metavar="MODULE:APP")
    options = parser.parse_args()
    try:
        serve(options.port, options.app)
    except (ValueError, AttributeError, ImportError, OSError) as error:
        sys.exit(f"can't serve {options.app} on port {options.port}: {error}")


if __name__ == "__main__":
    sys.exit(run(main))
