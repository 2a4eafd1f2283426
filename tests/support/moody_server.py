"""An HTTP server that answers, refuses, and closes without an answer, by turns."""

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Moody(BaseHTTPRequestHandler):
    """Answers 200 and 503 by turns, and closes each third connection without an answer."""

    count = 0
    lock = threading.Lock()

    def do_GET(self):
        with self.lock:
            turn = Moody.count % 3
            Moody.count += 1
        if turn == 2 and self.path != "/?well":
            return
        self.send_response(200 if turn == 0 or self.path == "/?well" else 503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class PatientServer(ThreadingHTTPServer):
    request_queue_size = 100  # in place of 5


@contextlib.contextmanager
def moody_server():
    Moody.count = 0
    with PatientServer(("127.0.0.1", 0), Moody) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
