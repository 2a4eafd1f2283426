"""The command of the instrument: python -m compare."""

import os
import shlex
import signal
import sys


def leave(number, frame):
    """Say that nothing had begun yet; the packages take a moment to be imported."""
    os.write(2, b"compare: stopped by " + signal.Signals(number).name.encode() + b"\n")
    os._exit(128 + number)


if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036  said before anything newer is imported
        sys.exit("compare: Python 3.11 or newer is needed, not " + sys.version.split()[0])
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if root not in sys.path:  # this file was named, in place of the module
        where = "cd " + shlex.quote(root) + ", then python -m compare"
        sys.exit("compare: type it in the root: " + where)
    signal.signal(signal.SIGINT, leave)
    signal.signal(signal.SIGTERM, leave)
    from instrument.edges.errors import not_importable

    try:
        from instrument.cli import main
    except ImportError as error:
        sys.exit("compare: " + not_importable(error))
    sys.exit(main())
