"""Ways to start a server that the text names and does not run, typed as they stand, on port 8000."""

import os
import re
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from instrument.edges import processes
from instrument.edges.processes import ROOT, wait_until
from instrument.faults.fixtures import ask, launched
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
    network.need(8000)
    monkeypatch.setenv("HOME", str(tmp_path))  # where gunicorn keeps its control socket
    log = tmp_path / "log"
    with processes.running(network.command(command), log) as process:
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


@pytest.mark.parametrize(("options", "is_in_turn"), [([], True), (["--threads=25"], False)])
def test_gthread_has_one_thread_a_worker_unless_it_is_told(options, is_in_turn):
    clients, slow = 3, {"wsgi": "wsgi.slow_app:app"}  # which waits for a second
    options = ["--worker-class=gthread", *options]
    with launched(BY_NAME["sync"], *options, workers=1, apps=slow, is_asked=False) as run:
        assert ask(run.port).status == 200  # it is up
        with ThreadPoolExecutor(clients) as pool:
            answers = list(pool.map(lambda _: ask(run.port), range(clients)))
    assert {answer.status for answer in answers} == {200}
    # side by side they take one second; in turn, the last takes three, less what it came later
    assert (max(answer.seconds for answer in answers) > clients - 1) == is_in_turn


def test_the_front_page_names_threads_and_gives_each_server_its_port():
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    servers = re.findall("`(gunicorn [^`]*)`", page)
    assert all("--threads" in server for server in servers if "gthread" in server)
    together = re.findall("`(gunicorn [^`]*)` and `(gunicorn [^`]*)`", page)
    assert len(together) == 2
    for first, second in together:
        assert "-b " not in first  # port 8000
        assert second.endswith("-b 127.0.0.1:8001")
