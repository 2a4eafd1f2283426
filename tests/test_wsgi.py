import os
import signal
import subprocess

import pytest
from tests.network import eventually

from compare import processes


@pytest.mark.parametrize("folder", ["", "wsgi"])
def test_script_starts_gunicorn_and_stops_on_ctrl_c(folder, network, tmp_path):
    network.need(8000)
    start = "cd wsgi && python runfromgunicorn.py" if folder else "python wsgi/runfromgunicorn.py"
    with processes.running(network.command(start), tmp_path / "log") as process:
        assert network.wait_for(8000, process)[2] == "Hello, World!\n"
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(10) in (0, -signal.SIGINT, 128 + signal.SIGINT)
    assert "Shutting down: Master" in (tmp_path / "log").read_text()
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_script_serves_changed_code_after_hup(network, tmp_path):
    network.need(8000)
    for name in ("app.py", "runfromgunicorn.py"):
        (tmp_path / name).write_text((processes.ROOT / "wsgi" / name).read_text())
    app = tmp_path / "app.py"
    start = f"exec python {tmp_path}/runfromgunicorn.py"
    with processes.running(network.command(start), tmp_path / "log") as process:
        assert network.wait_for(8000, process)[2] == "Hello, World!\n"
        app.write_text(app.read_text().replace("World", "Reloaded World"))
        process.send_signal(signal.SIGHUP)
        eventually(lambda: network.wait_for(8000, process)[2] == "Hello, Reloaded World!\n")


def test_script_refuses_a_misspelt_option():
    done = subprocess.run(
        ["python", "wsgi/runfromgunicorn.py", "--timeuot=0"],
        cwd=processes.ROOT,
        env=processes.environment(),
        check=False,
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert done.returncode == 2
    assert "unrecognized arguments: --timeuot=0" in done.stderr
