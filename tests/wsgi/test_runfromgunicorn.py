import signal
import sys

from instrument.edges import processes
from instrument.edges.processes import ROOT, wait_until
from tests.support.commands import run

SCRIPT = ROOT / "wsgi" / "runfromgunicorn.py"


def test_it_serves_changed_code_after_hup(network, tmp_path):
    network.need(8000)
    for path in (SCRIPT, SCRIPT.with_name("app.py")):
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    app = tmp_path / "app.py"
    command = [*network.prefix, "python", str(tmp_path / SCRIPT.name)]
    with processes.running(command, tmp_path / "log") as process:
        assert network.wait_for(8000, process)[2] == "Hello, World!\n"
        app.write_text(
            app.read_text(encoding="utf-8").replace("World", "Reloaded World"), encoding="utf-8"
        )
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: network.wait_for(8000, process)[2] == "Hello, Reloaded World!\n")


def test_it_refuses_a_misspelt_option():
    done = run(sys.executable, SCRIPT, "--timeuot=0", env=processes.environment())
    assert done.returncode == 2
    assert "unrecognized arguments: --timeuot=0" in done.stderr
