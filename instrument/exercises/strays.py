"""What a reader's file leaves running: processes that have left the group of their server."""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

ADOPT = 36  # PR_SET_CHILD_SUBREAPER: on Linux, what has lost its parent becomes a child of ours


@contextmanager
def ended(folder: str) -> Iterator[None]:
    """End what began meanwhile, and is a child of ours, or has the folder as its TMPDIR."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(ADOPT, 1, 0, 0, 0)
    before = set(psutil.Process().children(recursive=True))
    try:
        yield
    finally:
        for process in psutil.Process().children(recursive=True):
            if process not in before and not is_guard(process):
                end(process)
        if sys.platform != "linux":
            for process in psutil.process_iter():
                with suppress(psutil.Error):
                    if process.environ().get("TMPDIR") == folder:
                        end(process)


def is_guard(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return any(part.endswith("guard.py") for part in process.cmdline())
    return False


def end(process: psutil.Process) -> None:
    with suppress(psutil.Error):
        process.kill()
        process.wait(1)
