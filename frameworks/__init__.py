"""Says in one line what an app of this chapter lacks, before it is imported."""

import sys
from importlib.util import find_spec

STOP = 3  # tells gunicorn that a new worker would fail as well

for package in ("fastapi", "flask", "asgiref", "django", "a2wsgi"):
    if not find_spec(package):
        told = f"{package} is not installed: pip install -r frameworks/requirements.txt"
        print(told, file=sys.stderr, flush=True)
        sys.exit(STOP)
