import asyncio
import os
import signal
import subprocess

import pytest

from asgi import app, slow_app
from compare import processes


@pytest.mark.parametrize("module", [app, slow_app])
def test_other_scopes_are_refused_at_once_without_a_message(module):
    async def never(*_):
        pytest.fail("a message was exchanged")

    async def ask():
        async with asyncio.timeout(0.5):
            await module.app({"type": "lifespan"}, never, never)

    with pytest.raises(AssertionError):
        asyncio.run(ask())


@pytest.mark.parametrize("folder", ["", "asgi"])
def test_script_starts_uvicorn_and_stops_on_ctrl_c(folder, network, tmp_path):
    network.need(8000)
    start = "cd asgi && python runfromuvicorn.py" if folder else "python asgi/runfromuvicorn.py"
    with processes.running(network.command(start), tmp_path / "log") as process:
        assert network.wait_for(8000, process)[2] == "Hello, World!\n"
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(10) in (0, -signal.SIGINT, 128 + signal.SIGINT)
    assert "Finished server process" in (tmp_path / "log").read_text()
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_the_slow_apps_mirror_each_other():
    done = subprocess.run(
        ["diff", "-y", "wsgi/slow_app.py", "asgi/slow_app.py"],
        cwd=processes.ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    gutter = [line[62:63] for line in done.stdout.expandtabs().splitlines()]
    assert gutter.count(">") == 1, "the ASGI app has one statement more: the check of its scope"
    assert "<" not in gutter
