"""Ways to start a server that the text names and does not run, typed as they stand, on port 8000."""

import os
import re
import signal

import pytest

from instrument.edges import processes
from instrument.edges.processes import ROOT, wait_until
from instrument.servers import BY_NAME

HELLO = "Hello, World!\n"
BOOTED, STARTED = BY_NAME["sync"].booted, BY_NAME["uvicorn"].booted
COMMANDS = [  # what each answers, and what its log says of each worker
    ("cd wsgi && python runfromgunicorn.py", HELLO, BOOTED, 1),
    ("uvicorn asgi.app:app", HELLO, STARTED, 1),
    ("cd asgi && python runfromuvicorn.py", HELLO, STARTED, 1),
    ("cd starlette_api && uvicorn hello:app --workers 4", '{"hello":"world"}', STARTED, 4),
]


@pytest.mark.parametrize(("command", "expected", "line", "workers"), COMMANDS)
def test_command_serves_without_an_error_and_stops_on_ctrl_c(
    command, expected, line, workers, network, tmp_path, monkeypatch
):
    monkeypatch.setenv("HOME", str(tmp_path))  # where gunicorn keeps its control socket
    log = tmp_path / "log"
    with processes.running([*network.prefix, "sh", "-c", command], log) as process:
        status, _, body = network.wait_for(8000, process)
        assert (status, body) == (200, expected)
        # a worker that gets SIGINT while it boots is waited for, for gunicorn's 30 s of grace
        wait_until(lambda: log.read_text(encoding="utf-8").count(line) == workers)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(10) in (0, -signal.SIGINT, 128 + signal.SIGINT)
    said = log.read_text(encoding="utf-8").replace(
        "Error while closing socket [Errno 9]", ""
    )  # uvloop was first
    assert said.count("GET / ") <= 1, "a request was counted that nobody sent"
    for trouble in ("ERROR", "Traceback", "Exception"):
        assert trouble not in said


def test_the_front_page_names_threads_and_gives_each_server_its_port():
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    servers = re.findall("`(gunicorn [^`]*)`", page)
    assert all("--threads" in server for server in servers if "gthread" in server)
    together = re.findall("`(gunicorn [^`]*)` and `(gunicorn [^`]*)`", page)
    assert len(together) == 2
    for first, second in together:
        assert "-b " not in first  # port 8000
        assert second.endswith("-b 127.0.0.1:8001")
