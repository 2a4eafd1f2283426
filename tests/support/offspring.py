"""The processes that a process has started, and whether they are gone."""

from instrument.processes import is_alive, wait_until


def offspring(process, word, count=1):
    """Return all descendants once `count` of them have the word in their command lines."""

    def found():
        every = process.children(recursive=True)
        return every if sum(word in " ".join(each.cmdline()) for each in every) >= count else None

    return wait_until(found, seconds=60)


def gone(every):
    return not any(is_alive(each.pid) for each in every)
