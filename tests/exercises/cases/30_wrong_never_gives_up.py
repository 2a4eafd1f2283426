# says: Its log says: http.client.RemoteDisconnected: Remote end closed connection without response
import urllib.request

import psutil


def cause(pid, port):
    before = sum(psutil.Process(pid).cpu_times()[:2])
    urllib.request.urlopen(f"http://127.0.0.1:{port}").read()
    used = sum(psutil.Process(pid).cpu_times()[:2]) - before
    return "computes" if used > 0.05 else "waits"
