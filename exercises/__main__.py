"""The command that checks the exercises: python -m exercises."""

import sys
from pathlib import Path

if __name__ == "__main__":
    root = str(Path(__file__).absolute().parent.parent)
    if root not in sys.path:  # it was started by its file's name
        sys.exit(f"exercises: type it in the root: cd '{root}', then python -m exercises")
    from instrument.errors import not_importable

    try:
        from instrument.exercises.cli import main
    except ImportError as error:
        sys.exit(f"exercises: {not_importable(error)}")
    except KeyboardInterrupt:  # the packages take a moment to be imported
        print("exercises: stopped by SIGINT", file=sys.stderr)
        sys.exit(130)
    sys.exit(main())
