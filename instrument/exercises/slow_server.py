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
    def handle(self):
        while self.rfile.readline().strip():
            pass  # of the request's head
        if role[0] == "stuck":
            time.sleep(LOST_SECONDS)
            return
        if role[0] == "waits":
            time.sleep(SECONDS)
        end = time.thread_time() + SECONDS
        while role[0] == "computes" and time.thread_time() < end:
            pass
        self.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")


class SlowServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, *words):
        """Say nothing of a client that has left."""


if __name__ == "__main__":
    for name, number in SIGNALS.items():
        signal.signal(number, lambda number, frame, name=name: role.__setitem__(0, name))
    with SlowServer(("127.0.0.1", int(sys.argv[1])), SlowAnswer) as server:
        server.serve_forever()
