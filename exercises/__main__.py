"""The command that checks the exercises: python -m exercises."""

import os
import shlex
import sys

if __name__ == "__main__":
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if root not in sys.path:  # this file was named, in place of the module
        where = f"cd {shlex.quote(root)}, then python -m exercises"
        sys.exit(f"exercises: type it in the root: {where}")
    from instrument.edges.errors import not_importable

    try:
        from instrument.exercises.cli import main
    except ImportError as error:
        sys.exit(f"exercises: {not_importable(error)}")
    except KeyboardInterrupt:  # the packages take a moment to be imported
        print("exercises: stopped by SIGINT", file=sys.stderr)
        sys.exit(130)
    sys.exit(main())
