"""Prints the CPU seconds that a server has used so far: the process that is named, and its workers.

    python -m capacity.cpu_seconds $(cat gunicorn.pid)

Run it before some requests and after them. The difference, divided by their number, is C.
"""

import sys

import psutil


def main():
    try:
        server = psutil.Process(int(sys.argv[1]))
        every = [server, *server.children(recursive=True)]
        used = sum(time for each in every for time in each.cpu_times()[:2])  # user and system
    except (IndexError, ValueError, OverflowError, psutil.Error):
        sys.exit("give the id of a process that runs: $(cat gunicorn.pid)")
    print(f"{used:.2f}")


if __name__ == "__main__":
    main()
