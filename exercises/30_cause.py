"""Exercise 30: name the cause.

Three servers are slow. One computes, one waits, and one is stuck: no answer comes. cause() is called
with the process id of one of them and with its port. It returns "computes", "waits" or "stuck".

The check calls it for each of them, three times. It shuffles them at each run, and between the calls.
"""

import urllib.request


def cause(pid, port):
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}", timeout=1).read()
    except OSError:
        return "stuck"
    return "waits"  # TODO: or "computes"?
