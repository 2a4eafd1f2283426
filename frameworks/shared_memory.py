"""Prints how much memory the processes of a server use together; what they share counts once.

    python -m frameworks.shared_memory 8000

Linux calls a process's share PSS, its proportional set size.
"""

import sys

import psutil


def main():
    if len(sys.argv) != 2 or not sys.argv[1].isdigit():
        sys.exit("usage: python -m frameworks.shared_memory PORT")
    port = int(sys.argv[1])
    every = psutil.net_connections("tcp")
    listening = [each for each in every if each.status == psutil.CONN_LISTEN and each.pid]
    found = [psutil.Process(each.pid) for each in listening if each.laddr.port == port]
    if not found:
        sys.exit(f"nothing listens on port {port}: start the server first")
    [one] = found  # the master, or one of its workers
    master = one.parent() if one.parent().cmdline() == one.cmdline() else one
    pss = [each.memory_full_info().pss for each in (master, *master.children())]
    print(f"{len(pss)} processes use {sum(pss) / 2**20:.0f} MB")


if __name__ == "__main__":
    main()
