"""Which tests may run beside which: whoever has begun keeps the others of another kind waiting."""

import fcntl
import os
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

FOLDER = Path(tempfile.gettempdir()) / f"workshop-turns-{os.getuid()}"
AGAINST = {  # each kind, and what must not run beside it
    "quiet": {"all_cpus"},  # is spoiled when all CPUs are taken
    "steady": {"all_cpus", "restless"},  # measures
    "restless": {"steady"},  # takes a CPU now and then
    "all_cpus": {"quiet", "steady", "all_cpus"},
}


HELD = set()  # what this process has its turn for


@contextmanager
def turn(kind, folder=FOLDER):
    """Wait until nothing runs that must not run beside this kind, and keep it from beginning."""
    folder.mkdir(exist_ok=True)
    with (folder / kind).open("w") as own:
        while not begins(kind, own, folder):
            time.sleep(0.05)
        HELD.add(kind)
        try:
            yield
        finally:
            HELD.discard(kind)


def begins(kind, own, folder):
    with (folder / "gate").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        if all(is_free(folder / other) for other in AGAINST[kind]):
            fcntl.flock(own, fcntl.LOCK_SH)
            return True
    return False


def is_free(path):
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
