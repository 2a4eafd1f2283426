"""Asks twice on one connection to nginx: the second time, nginx's own connection has just closed.

Run it from the root, beside nginx:   python -m connections.late_client --hold NGINX-WORKER

Nobody can hit that moment by hand, so the worker of nginx is held (SIGSTOP) while the server closes,
as it is when it has other things to do; it goes on when the request has come, too.
"""

import argparse
import http.client
import os
import signal
import sys
import time


def ask_late(port, worker, idle, method="POST"):
    """Return the status of a request, and of one that comes when the server closes.

    `idle` is for how many seconds the server keeps an idle connection. Raises OSError.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, "/")
        answer = connection.getresponse()
        answer.read()
        time.sleep(idle - 0.7)
        os.kill(worker, signal.SIGSTOP)
        try:
            connection.request(method, "/")
            time.sleep(1.5)
        finally:
            os.kill(worker, signal.SIGCONT)
        return answer.status, connection.getresponse().status
    finally:
        connection.close()


def main():
    parser = argparse.ArgumentParser(prog="python -m connections.late_client")
    parser.add_argument("--hold", type=int, required=True, metavar="PID", help="nginx's worker")
    parser.add_argument("--idle", type=int, choices=range(1, 11), default=2, metavar="SECONDS")
    parser.add_argument("--method", choices=("POST", "GET"), default="POST")
    parser.add_argument("--port", type=int, default=8080)
    options = parser.parse_args()
    try:
        first, second = ask_late(options.port, options.hold, options.idle, options.method)
    except ProcessLookupError:
        sys.exit(f"no process {options.hold}: pgrep -P $(cat results/nginx/nginx.pid)")
    except KeyboardInterrupt:
        sys.exit(130)
    except (OSError, OverflowError, http.client.HTTPException) as error:
        sys.exit(f"no answer at 127.0.0.1:{options.port}: {error}")
    print(f"{options.method} {first}, and when the server closes: {second}")


if __name__ == "__main__":
    main()
