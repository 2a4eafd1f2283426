"""How every program of the instrument ends: nothing is left running, and no traceback is shown."""

import sys
from collections.abc import Callable

from command_line import run
from instrument.edges import processes
from instrument.edges.errors import InstrumentError
from instrument.edges.signals import Interrupted

COULD_NOT = 1


def run_program(name: str, work: Callable[[], int | None]) -> int:
    """Do the work, and return the exit status; what stands in its way is said in a line."""
    others = processes.unended[:]

    def main() -> int | None:
        try:
            return work()
        except Interrupted as interruption:
            print(f"{name}: {interruption}", file=sys.stderr)
            return interruption.exit_status
        except InstrumentError as error:
            print(f"{name}: {error}", file=sys.stderr)
            for line in error.tail:
                print(f"  log: {line}", file=sys.stderr)
            return COULD_NOT
        finally:
            processes.end_all(but=others)

    return run(main, name)
