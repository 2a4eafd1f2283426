"""The command that checks the exercises: python -m exercises."""

import sys

if __name__ == "__main__":
    try:
        from instrument.exercises.cli import main
    except ModuleNotFoundError as error:
        sys.exit(f"exercises: {error.name} is not installed: make setup")
    except KeyboardInterrupt:  # the packages take a moment to be imported
        print("exercises: stopped by SIGINT", file=sys.stderr)
        sys.exit(130)
    sys.exit(main())
