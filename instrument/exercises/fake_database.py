"""A database for exercises 26 and 27: it answers each line with the next row, after some seconds."""

import socketserver
import time
from contextlib import suppress
from threading import Event, Lock


class Database(socketserver.ThreadingTCPServer):
    """Listens on a port: to so many connections it answers, or says nothing."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, port: int, seconds: float = 0.0, most: int = 100, answers: bool = True
    ) -> None:
        self.seconds, self.most, self.answers = seconds, most, answers
        self.lock, self.is_over = Lock(), Event()
        self.connections = self.rows = 0
        super().__init__(("127.0.0.1", port), Session)

    def shutdown(self) -> None:
        self.is_over.set()
        super().shutdown()

    def handle_error(self, *words: object) -> None:
        """Say nothing of a client that was ended."""


class Session(socketserver.StreamRequestHandler):
    server: Database

    def handle(self) -> None:
        with self.server.lock:
            self.server.connections += 1
            is_full = self.server.connections > self.server.most
        try:
            if is_full:
                self.wfile.write(b"too many connections\n")
                return
            with suppress(ConnectionError):
                self.answer()
        finally:
            with self.server.lock:
                self.server.connections -= 1

    def answer(self) -> None:
        while self.rfile.readline():
            if not self.server.answers:
                self.server.is_over.wait()
                return
            time.sleep(self.server.seconds)
            with self.server.lock:
                self.server.rows += 1
                row = self.server.rows
            self.wfile.write(f"row {row}\n".encode())
