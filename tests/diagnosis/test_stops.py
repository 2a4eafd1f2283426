"""Where a stack goes, and what TERM does to a shell that is the first process, as chapter 8 says."""

import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from instrument.edges.clients import status_of
from instrument.edges.processes import children, free_port, is_alive, running, wait_until
from instrument.faults.fixtures import ask
from instrument.servers import BY_NAME
from tests.support.network import PRIVATE

FIRST = [*PRIVATE[:3], "--pid", "--fork", "--mount-proc"]


def command(name, port, *options, app):
    return BY_NAME[name].command(port, 1, app, *options)


@pytest.mark.parametrize("capture", [[], ["--capture-output"]])
def test_a_stack_is_in_the_error_log_only_with_capture_output(tmp_path, capture):
    port, errors, output = free_port(), tmp_path / "errors", tmp_path / "output"
    options = ["--config=diagnosis/stacks.py", f"--error-logfile={errors}", *capture]
    start = command("gthread", port, *options, app="diagnosis.wsgi_app:app")
    with running(start, output) as process, ThreadPoolExecutor(1) as client:
        wait_until(lambda: status_of(port) == 200)
        client.submit(ask, port, "/parcel/1")
        (worker,) = children(psutil.Process(process.pid))
        logs = errors, output
        wait_until(lambda: any("begins" in log.read_text(encoding="utf-8") for log in logs))
        worker.send_signal(signal.SIGUSR2)
        wait_until(lambda: any("in _send" in log.read_text(encoding="utf-8") for log in logs))
        assert ("in _send" in errors.read_text(encoding="utf-8")) == bool(capture)


@pytest.mark.parametrize(("line", "ends"), [("{}; true", False), ("exec {}", True)])
def test_a_shell_that_is_the_first_process_ignores_term(tmp_path, line, ends):
    if subprocess.run([*FIRST, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this system allows no process namespace of one's own")
    port = free_port()
    gunicorn = line.format(" ".join(command("sync", port, app="wsgi.slow_app:app")))
    with running([*FIRST, "--kill-child", "sh", "-c", gunicorn], tmp_path / "log") as process:
        wait_until(lambda: status_of(port) == 200)
        (first,) = children(psutil.Process(process.pid))
        first.terminate()
        if ends:
            wait_until(lambda: not is_alive(first.pid))
        else:
            assert status_of(port) == 200  # a second later
            first.kill()
            wait_until(lambda: status_of(port) is None)
