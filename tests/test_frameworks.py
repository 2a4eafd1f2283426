"""Chapter 7's clients and bad input."""

import re
import socket
import sys

import pytest

from instrument.edges.processes import ROOT, free_port
from tests.support.commands import run, run_module


def test_a_client_needs_no_framework():
    hidden = "import sys; sys.modules.update(dict.fromkeys(['fastapi', 'flask', 'django']))"
    done = run(sys.executable, "-c", f"{hidden}; import frameworks.shared_memory", cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")


def test_clients_say_in_one_line_that_nobody_listens():
    port = free_port()
    for client in (
        ("frameworks.ask_while_busy", "2", f"http://127.0.0.1:{port}/def", "/"),
        ("frameworks.shared_memory", str(port)),
        ("frameworks.count_workers", str(port)),
        ("frameworks.same_queue", str(port), "/1"),
    ):
        done = run_module(*client)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == f"nothing listens on port {port}: start the server first\n"


def test_memory_of_a_server_with_several_sockets_is_counted_once():
    with socket.socket() as first, socket.socket() as second:
        for each in (first, second):
            each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        first.bind(("127.0.0.1", 0))
        second.bind(first.getsockname())
        first.listen()
        second.listen()
        done = run_module("frameworks.shared_memory", first.getsockname()[1])
    assert re.fullmatch(r"[1-9]\d* processes use [1-9]\d* MB\n", done.stdout), done.stderr


@pytest.mark.parametrize(
    ("requests", "url"),
    [
        ("201", "http://127.0.0.1:8000/"),
        ("2", "http://10.0.0.1:8000/"),
        ("2", "http://127.0.0.1:port/"),
        ("2", "127.0.0.1"),
    ],
)
def test_a_client_is_bounded_and_stays_on_this_machine(requests, url):
    done = run_module("frameworks.ask_while_busy", requests, url, "/")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
