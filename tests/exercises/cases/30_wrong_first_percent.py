# says: of a server that computes. What does its CPU time do while a request is under way?
import urllib.request

import psutil


def answered(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}", timeout=1) as answer:
            return answer.status == 200
    except OSError:
        return False


def cause(pid, port):
    came = answered(port)
    if psutil.Process(pid).cpu_percent() > 15:
        return "computes"
    return "waits" if came else "stuck"
