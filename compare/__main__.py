"""The command: python -m compare."""

import sys

if sys.version_info < (3, 11):
    sys.exit("compare: Python 3.11 or newer is needed, this is %d.%d" % sys.version_info[:2])

try:
    from compare.cli import main
except ModuleNotFoundError as error:
    sys.exit(f"compare: the package {error.name} is missing: make setup")

if __name__ == "__main__":
    sys.exit(main())
