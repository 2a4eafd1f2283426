# says: you say 'stuck' of a server that waits. Its CPU time stands still, and the answer comes.
import urllib.request

import psutil


def answered(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}", timeout=1) as answer:
            return answer.status == 200
    except OSError:
        return False


def cause(pid, port):
    before = sum(psutil.Process(pid).cpu_times()[:2])
    answered(port)
    used = sum(psutil.Process(pid).cpu_times()[:2]) - before
    return "computes" if used > 0.05 else "stuck"
