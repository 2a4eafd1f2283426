"""Prints how much memory the processes of a server use together; what they share counts once.

    python -m frameworks.shared_memory 8000

Linux calls a process's share PSS, its proportional set size.
"""

import argparse
import sys

import psutil

from command_line import port, run


def main():
    parser = argparse.ArgumentParser(prog="python -m frameworks.shared_memory")
    parser.add_argument("port", type=port)
    options = parser.parse_args()
    every = psutil.net_connections("tcp")
    listening = [each for each in every if each.status == psutil.CONN_LISTEN and each.pid]
    found = [psutil.Process(each.pid) for each in listening if each.laddr.port == options.port]
    if not found:
        sys.exit(f"nothing listens on port {options.port}: start the server first")
    one, *_ = found  # the master, or one of its workers; one may have several sockets
    master = one.parent() if one.parent().cmdline() == one.cmdline() else one
    pss = [each.memory_full_info().pss for each in (master, *master.children())]
    print(f"{len(pss)} processes use {sum(pss) / 2**20:.0f} MB")


if __name__ == "__main__":
    sys.exit(run(main))
