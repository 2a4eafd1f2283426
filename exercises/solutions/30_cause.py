"""Exercise 30: name the cause.

A server that computes uses CPU time while a request is under way. Of the other two, whose CPU time
stands still, only the one that waits answers.
"""

import urllib.request

import psutil


def cpu_seconds(pid):
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


def cause(pid, port):
    before = cpu_seconds(pid)
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}", timeout=1).read()
        is_answered = True
    except OSError:
        is_answered = False
    if cpu_seconds(pid) - before > 0.05:
        return "computes"
    return "waits" if is_answered else "stuck"
