"""The processes that a process has started, and whether they are gone."""

import psutil

from instrument.edges.processes import is_alive, wait_until


def offspring(process, word, count=1):
    """Return all descendants once `count` of them have the word in their command lines."""

    def found():
        every = process.children(recursive=True)
        return every if sum(word in command_of(each) for each in every) >= count else None

    return wait_until(found, seconds=60)


def command_of(process):
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:  # or a zombie
        return ""


def gone(every):
    return not any(is_alive(each.pid) for each in every)
