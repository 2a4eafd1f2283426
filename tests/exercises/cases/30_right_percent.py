import urllib.request

import psutil


def answered(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}", timeout=1) as answer:
            return answer.status == 200
    except OSError:
        return False


def cause(pid, port):
    process = psutil.Process(pid)
    process.cpu_percent()
    came = answered(port)
    if process.cpu_percent() > 15:
        return "computes"
    return "waits" if came else "stuck"
