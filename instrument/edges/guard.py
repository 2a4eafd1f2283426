"""The guard: a process that ends groups when the one that started them is gone, even by SIGKILL.

It reads lines from its standard input: "+7" for a group that has begun, "-7" for one that has
ended. The input ends with its writer. Where there is /proc, it also ends what has this process's
id in its environment: a group that had begun, and was not told of yet.
"""

import atexit
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path

MARK = "WORKSHOP_GUARD"


class Guard:
    """The guard, for the process that it guards."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @cached_property
    def _process(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__],
            stdin=subprocess.PIPE,
            start_new_session=True,
            env={name: told for name, told in os.environ.items() if name != MARK},
            encoding="utf-8",
        )
        atexit.register(process.communicate)  # let it end what is left, and wait for it
        return process

    def begin(self) -> bool:
        """Start it, before there is anything to note; return whether it has not ended since."""
        with self._lock:
            return self._process.poll() is None

    def marked(self, variables: Mapping[str, str] | None) -> dict[str, str]:
        """Return an environment by which it finds what it was not told of yet."""
        return {**(variables or os.environ), MARK: str(self._process.pid)}

    def note(self, sign: str, group: int) -> None:
        with self._lock, suppress(BrokenPipeError):  # it is gone, as the next begin() says
            print(f"{sign}{group}", file=self._process.stdin, flush=True)


def bearers() -> Iterator[int]:
    """Yield the processes that bear the mark: that have begun with this process's id in their environment."""
    sign = f"{MARK}={os.getpid()}".encode()
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):  # it has ended by itself, or is another user's
            if sign in environ.read_bytes().split(b"\0"):
                yield int(environ.parent.name)


def main() -> None:
    groups: set[int] = set()
    for line in sys.stdin:
        (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
    for group in groups:
        with suppress(OSError):  # it has ended by itself
            os.killpg(group, signal.SIGKILL)
    for pid in bearers():
        with suppress(OSError):
            os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
