"""The commands of the book: they build it quietly, serve it, and end in silence."""

import shutil
import signal
import socket
import struct
import sys
from urllib.request import urlopen

from instrument.edges import processes
from instrument.edges.processes import ROOT, free_port, wait_until
from tests.support.commands import copy_repository, one_line, run_module


def test_it_is_served_built_again_after_a_change_and_ends_in_silence(tmp_path):
    copy, log, port = tmp_path / "copy", tmp_path / "log", free_port()
    copy_repository(copy)
    for name in ("docs", "instrument"):  # which Sphinx would find where the links lead
        (copy / name).unlink()
        shutil.copytree(ROOT / name, copy / name)
    command = [sys.executable, "-m", "book", "read", "--port", str(port)]
    with processes.running(command, log, processes.GRACE_SECONDS, copy) as reading:
        wait_until(lambda: "until you press Ctrl-C" in log.read_text("utf-8"), seconds=120)
        page = copy / "CONTRIBUTING.md"
        page.write_text(page.read_text("utf-8") + "\nA line more.\n", "utf-8")

        def shows_it():
            with urlopen(f"http://127.0.0.1:{port}/CONTRIBUTING.html", timeout=10) as answer:
                return "A line more." in answer.read().decode()

        wait_until(shows_it, seconds=120)
        break_off_a_download(copy / "results/book", port)
        reading.send_signal(signal.SIGINT)
        assert reading.wait(15) == 0
    assert log.read_text("utf-8").splitlines() == [
        f"The book is at http://127.0.0.1:{port}, until you press Ctrl-C.",
        "CONTRIBUTING.md: building again",
    ]


def break_off_a_download(folder, port):
    """Reset a connection on which a file is coming that no buffer holds, as a browser does at a reload."""
    (folder / "large").write_bytes(bytes(2**25))
    with socket.create_connection(("127.0.0.1", port)) as browser:
        browser.sendall(b"GET /large HTTP/1.0\r\n\r\n")
        assert browser.recv(1)
        browser.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_a_port_that_is_taken_is_said_in_one_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run_module("book", "read", "--port", str(port))
    assert one_line(done) == f"book: port {port} is taken; name another one: --port {port + 1}"
