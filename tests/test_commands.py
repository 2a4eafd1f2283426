"""Every way to start a server that the text names, typed as it stands, on port 8000."""

import os
import signal

import pytest
from tests.network import eventually

from compare import processes

HELLO = "Hello, World!\n"
BOOTED = "Booting worker with pid"
LISTENING = "ASGI server listening"
STARTED = "Application startup complete."
COMMANDS = [  # what each answers, and what its log says of each worker
    ("gunicorn -w 4 wsgi.app:app", HELLO, BOOTED, 4),
    ("cd wsgi && gunicorn -w 4 app:app", HELLO, BOOTED, 4),
    ("gunicorn --workers=2 --worker-class=sync wsgi.app:app", HELLO, BOOTED, 2),
    ("uvicorn asgi.app:app", HELLO, STARTED, 1),
    ("uvicorn --reload asgi.app:app", HELLO, STARTED, 1),
    ("cd asgi && uvicorn app:app --reload", HELLO, STARTED, 1),
    ("gunicorn -w 4 -k uvicorn_worker.UvicornWorker asgi.app:app", HELLO, STARTED, 4),
    ("gunicorn -w 4 -k uvicorn.workers.UvicornWorker asgi.app:app", HELLO, STARTED, 4),
    ("gunicorn -w 4 -k asgi asgi.app:app", HELLO, LISTENING, 4),
    ("uvicorn --workers 4 asgi.app:app", HELLO, STARTED, 4),
    ("uvicorn starlette_api.hello:app --workers 4", '{"hello":"world"}', STARTED, 4),
]


@pytest.mark.parametrize(("command", "expected", "line", "workers"), COMMANDS)
def test_command_serves_without_an_error_and_stops_on_ctrl_c(
    command, expected, line, workers, network, tmp_path, monkeypatch
):
    network.need(8000)
    monkeypatch.setenv("HOME", str(tmp_path))  # where gunicorn keeps its control socket
    log = tmp_path / "log"
    with processes.running(network.command(command), log) as process:
        status, _, body = network.wait_for(8000, process)
        assert (status, body) == (200, expected)
        # a worker that gets SIGINT while it boots is waited for, for gunicorn's 30 s of grace
        eventually(lambda: log.read_text().count(line) == workers)
        os.killpg(process.pid, signal.SIGINT)
        process.wait(10)
    said = log.read_text().replace("Error while closing socket [Errno 9]", "")  # uvloop was first
    assert said.count("GET / ") <= 1, "a request was counted that nobody sent"
    for trouble in ("ERROR", "Traceback", "Exception"):
        assert trouble not in said
