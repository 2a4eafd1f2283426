"""A server that computes, waits, or is stuck, as signals tell it: python slow_server.py PORT."""

import signal
import socketserver
import sys
import time

SECONDS = 0.15  # of an answer
LOST_SECONDS = 2.0  # until a client of the stuck server loses its connection
SIGNALS = {"computes": signal.SIGUSR1, "waits": signal.SIGUSR2, "stuck": signal.SIGHUP}
role = ["waits"]


class SlowAnswer(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        while self.rfile.readline().strip():
            pass  # of the request's head
        if role[-1] == "stuck":
            time.sleep(LOST_SECONDS)
            return
        if role[-1] == "waits":
            time.sleep(SECONDS)
        end = time.thread_time() + SECONDS
        while role[-1] == "computes" and time.thread_time() < end:
            pass
        self.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")


class SlowServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


if __name__ == "__main__":
    roles = {number: name for name, number in SIGNALS.items()}
    for number in roles:
        signal.signal(number, lambda number, _: role.append(roles[signal.Signals(number)]))
    with SlowServer(("127.0.0.1", int(sys.argv[1])), SlowAnswer) as server:
        server.serve_forever()
