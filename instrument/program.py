"""How every program of the instrument ends: nothing is left running, and no traceback is shown."""

import os
import sys
from collections.abc import Callable

from instrument import processes
from instrument.errors import InstrumentError
from instrument.signals import Interrupted

COULD_NOT = 1


def run_program(name: str, work: Callable[[], int | None]) -> int:
    """Do the work, and return the exit status; what stands in its way is said in a line."""
    others = processes.unended[:]
    try:
        status = work()
        sys.stdout.flush()
        return status or 0
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # `| head` has seen enough
        return COULD_NOT
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
