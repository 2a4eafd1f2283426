"""Ends process groups when the one that started them is gone, even by SIGKILL.

It reads lines from its standard input: "+7" for a group that has begun, "-7" for one that has
ended. The input ends with its writer.
"""

import os
import signal
import sys


def main():
    groups = set()
    for line in sys.stdin:
        (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
    for group in groups:
        try:
            os.killpg(group, signal.SIGKILL)
        except OSError:
            pass  # it has ended by itself


if __name__ == "__main__":
    main()
