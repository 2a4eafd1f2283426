"""The standard library's WSGI server, which handles one request after the other, and its validator.

Run it from the root:   python -m wsgi.wsgiref_server 8000 wsgi.slow_app:app
"""

import sys
from importlib import import_module
from wsgiref.simple_server import make_server
from wsgiref.validate import validator


def serve(port, name):
    module, _, attribute = name.partition(":")
    app = getattr(import_module(module), attribute)
    make_server("127.0.0.1", int(port), validator(app)).serve_forever()


if __name__ == "__main__":
    try:
        serve(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
    except (TypeError, ValueError, AttributeError, ImportError, OSError, OverflowError) as error:
        sys.exit(f"python -m wsgi.wsgiref_server PORT MODULE:APP ({error})")
