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
    signal.signal(signal.SIGINT, leave)
    signal.signal(signal.SIGTERM, leave)
    try:
        from instrument.cli import main
    except ImportError as error:
        install = shlex.join([sys.executable, "-m", "pip", "install"])
        if isinstance(error, ModuleNotFoundError) and "." not in error.name:
            install += " -r requirements.txt"
            sys.exit("compare: " + error.name + " is not installed: " + install)
        install += " --force-reinstall -r requirements.txt"
        sys.exit("compare: a package is damaged (" + str(error) + "): " + install)
    sys.exit(main())
