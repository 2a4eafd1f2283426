"""The locustfile runs in processes of its own, since importing locust patches a process."""

import json
import signal
from contextlib import ExitStack, contextmanager

import psutil
import pytest

from instrument.edges import processes
from instrument.edges.processes import wait_until
from instrument.servers import SUBJECTS
from tests.support.commands import run

COMMANDS = {8000: SUBJECTS["sync"].command(8000, 4), 8001: SUBJECTS["uvicorn"].command(8001, 1)}
PAGE = 8089


@contextmanager
def slow_servers(network, tmp_path):
    with ExitStack() as stack:
        for port, command in COMMANDS.items():
            server = processes.running([*network.prefix, *command], tmp_path / f"{port}.log")
            network.wait_for(port, stack.enter_context(server))
        yield


@contextmanager
def page(network, tmp_path, *arguments):
    """Open Locust's page; the test ends it."""
    command = [*network.prefix, "locust", *arguments]
    with processes.running(command, tmp_path / "locust.log") as process:
        network.wait_for(PAGE, process)
        yield process


def headless(network, arguments):
    command = [*network.prefix, "locust", "--headless", "--loglevel", "WARNING"]
    return run(*command, *arguments.split(), env=processes.environment())


def start(network, **form):
    """Press Start."""
    network.ask(PAGE, "/swarm", **{"user_count": 4, "spawn_rate": 4, "host": "", **form})


def shown(network):
    """Return what the page shows: its state, the rows with requests, and the errors."""
    data = json.loads(network.ask(PAGE, "/stats/requests")[2])
    rows = {row["name"] for row in data["stats"]} - {"Aggregated"}
    return data["state"], rows, " ".join(error["error"] for error in data["errors"])


def refused(network, message):
    """Return whether the page shows a refusal; it renews what it shows every two seconds."""
    state, rows, errors = shown(network)
    return state == "stopped" and rows == {"not started: see Failures"} and message in errors


def stop(network):
    network.ask(PAGE, "/stop", by="test")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("AsgiUser", "AsgiUser: no server is up at http://127.0.0.1:8001 "),
        ("--host http://127.0.0.1:8000", "would measure one server twice"),
        ("WsgiUser --host nowhere", "must look like http://127.0.0.1:8000, not 'nowhere'"),
        ("WsgiUser --host http://127.0.0.1:99999", "must look like"),
        ("WsgiUser --host http://127.0.0.1:8000/path", "must look like"),
    ],
)
def test_headless_refusal_is_one_line_and_an_exit_status(arguments, message, network):
    done = headless(network, f"{arguments} --run-time 5s")
    assert done.returncode == 1
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_refusal_ends_the_processes_of_locust_too(network):
    mark = "--master-bind-port 5597"
    done = headless(network, f"WsgiUser --processes 2 --master-bind-host 127.0.0.1 {mark}")
    assert done.returncode == 1
    for process in psutil.process_iter(["cmdline"]):
        assert mark not in " ".join(process.info["cmdline"] or [])


def test_page_of_one_class_offers_that_class(network, tmp_path):
    with page(network, tmp_path, "WsgiUser"):
        assert '"available_user_classes": ["WsgiUser"]' in network.ask(PAGE)[2]


def test_page_is_filled_in_refuses_in_one_line_and_starts_once_all_is_well(network, tmp_path):
    down = "WsgiUser: no server is up at http://127.0.0.1:8000"
    twice = "would measure one server twice"
    both = ["WsgiUser", "AsgiUser"]
    with page(network, tmp_path) as locust:
        text = network.ask(PAGE)[2]
        for filled_in in (
            '"num_users": 40',
            '"spawn_rate": 4',
            '"show_userclass_picker": true',
            '"available_user_classes": ["AsgiUser", "WsgiUser"]',
        ):
            assert filled_in in text
        start(network)
        wait_until(lambda: refused(network, down))

        with slow_servers(network, tmp_path):
            start(network, host="http://127.0.0.1:8001")
            wait_until(lambda: refused(network, twice))

            start(network, host="http://127.0.0.1:8001/", user_classes=["WsgiUser"])
            wait_until(lambda: shown(network) == ("running", {"wsgi"}, ""))
            stop(network)

            start(network, user_classes=both)
            wait_until(lambda: shown(network) == ("running", {"wsgi", "asgi"}, ""))
            shares = json.loads(network.ask(PAGE, "/tasks")[2])["per_class"]
            assert [shares[name]["ratio"] for name in both] == [0.5, 0.5], "as many users of each"
            stop(network)
        start(network, user_classes=both)  # its own host again, although it was sent elsewhere
        wait_until(lambda: refused(network, down))

        locust.send_signal(signal.SIGTERM)
        assert locust.wait(10) == 1
    console = (tmp_path / "locust.log").read_text(encoding="utf-8")
    assert "Traceback" not in console
    assert "http://127.0.0.1:8089" in console
    assert (
        console.count(f"ERROR/instrument.locustfiles.preflight: {down}"),
        console.count(twice),
    ) == (2, 1)
