"""Start gunicorn from Python, for debugging and local development.

Run it from the root:   python wsgi/runfromgunicorn.py
Run it from this folder:   python runfromgunicorn.py

These are the options of the command gunicorn. Change app.py, and kill -HUP reloads it.
"""

import sys
from pathlib import Path

from gunicorn.app.wsgiapp import run

OPTIONS = [
    "--bind=127.0.0.1:8000",
    "--timeout=0",  # a breakpoint may hold a worker for longer than 30 s
    f"--chdir={Path(__file__).parent}",
]

if __name__ == "__main__":
    sys.argv = ["gunicorn", *OPTIONS, *sys.argv[1:], "app:app"]
    run()
