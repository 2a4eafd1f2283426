"""The command: python -m compare."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  said before anything newer is imported
    sys.exit("compare: Python 3.11 or newer is needed, not " + sys.version.split()[0])

try:
    from compare.cli import main
except ModuleNotFoundError as error:
    sys.exit(f"compare: the package {error.name} is missing: make setup")

if __name__ == "__main__":
    sys.exit(main())
