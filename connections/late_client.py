"""Asks nginx twice, the second time just when the server has closed its connection to nginx.

Run it from the root, beside nginx and a server:   python -m connections.late_client

You could not hit that moment by hand. So SIGSTOP pauses nginx's worker, as if it were busy, while the
server closes the connection. SIGCONT resumes the worker when the second request has come, too.
"""

import argparse
import http.client
import os
import signal
import sys
import time
from contextlib import closing
from pathlib import Path

import psutil

from command_line import port, run, whole_number

PID_FILE = Path("results/nginx/nginx.pid")


def worker_of_nginx():
    """Return the process id of the worker of the nginx that was started last, or None."""
    try:
        master = psutil.Process(int(PID_FILE.read_text(encoding="utf-8")))
        return next((each.pid for each in master.children() if each.name() == "nginx"), None)
    except (OSError, ValueError, psutil.Error):
        return None


def ask_late(port, worker, idle, method="POST"):
    """Return the status of a request, and of one that comes when the server closes.

    `idle` is for how many seconds the server keeps an idle connection. Raises OSError.
    """
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request(method, "/")
        answer = connection.getresponse()
        answer.read()
        time.sleep(idle - 0.7)
        try:
            os.kill(worker, signal.SIGSTOP)
            connection.request(method, "/")
            time.sleep(1.5)
        finally:
            os.kill(worker, signal.SIGCONT)
        return answer.status, connection.getresponse().status


def main():
    parser = argparse.ArgumentParser(prog="python -m connections.late_client")
    parser.add_argument("--idle", type=whole_number(1, 10), default=2, metavar="SECONDS")
    parser.add_argument("--method", choices=("POST", "GET"), default="POST")
    parser.add_argument("--port", type=port, default=8080)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # nginx's worker is then resumed, too
    worker = worker_of_nginx()
    if not worker:
        sys.exit(f"{PID_FILE} names no running nginx: start nginx first, from the root")
    try:
        first, second = ask_late(options.port, worker, options.idle, options.method)
    except (OSError, http.client.HTTPException) as error:
        sys.exit(f"no answer at 127.0.0.1:{options.port}: {error}")
    print(f"{options.method} {first}, and when the server closes: {second}")


if __name__ == "__main__":
    sys.exit(run(main))
