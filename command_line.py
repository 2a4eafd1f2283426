"""What the programs that readers type share: whole numbers, open files, and an end in one line."""

import argparse
import errno
import io
import os
import re
import resource
import sys
from collections.abc import Callable
from string import punctuation
from urllib.parse import quote

SHOWN = 20  # characters of a wrong number
FILES = 2048  # a connection each for 1,000 users, at both of its ends
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF}


def whole_number(lowest: int, highest: int) -> Callable[[str], int]:
    """Return a parser of whole numbers between two bounds, which are included."""

    def parse(text: str) -> int:
        if re.fullmatch("0|[1-9][0-9]{0,8}", text) and lowest <= int(text) <= highest:
            return int(text)
        shown = text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
        raise argparse.ArgumentTypeError(
            f"{shown!r} is not a whole number from {lowest} to {highest}"
        )

    return parse


port = whole_number(1, 65_535)


def address(text: str) -> str:
    """Return it with what HTTP allows in no address written as %..; raise ValueError where it is no text."""
    return quote(text, safe=punctuation)


def too_few_files(connections: int, others: int = 20) -> str:
    """Let this process, and those that it starts, open so many connections, and other files beside them.

    Returns what to say where they may not.
    """
    wanted = connections + others
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return ""
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (ValueError, OSError):  # above the hard limit, or what macOS allows
        most = soft if hard == resource.RLIM_INFINITY else hard
        return (
            f"{wanted} open files are needed, and {most} are allowed in this terminal: "
            f"open a new one, and type ulimit -n {max(wanted, FILES)} there first"
        )
    return ""


def run(main: Callable[[], int | None], name: str = "") -> int:
    """Run a program, and return its exit status; what can't be printed is said in one line."""
    before = f"{name}: " if name else ""
    if sys.stdout is None:
        print(f"{before}standard output is closed", file=sys.stderr)
        return 1
    if sys.stdin is None:  # closed
        sys.stdin = io.StringIO()
    sys.stdout.reconfigure(errors="backslashreplace")  # where the locale has no such letter
    try:
        try:
            return main() or 0
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        pass  # `| head` has seen enough
    except OSError as error:
        if error.errno not in FULL:
            raise
        print(f"{before}can't write: {error.strerror}", file=sys.stderr)
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what is left to print
    return 1
