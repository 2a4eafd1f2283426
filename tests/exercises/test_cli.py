"""The command: broken files get one clear line, Ctrl-C ends everything, reset asks first."""

import os
import signal
import subprocess
import sys

import psutil
import pytest

from instrument.exercises import cli
from instrument.exercises.book import EXERCISES, Wrong
from instrument.processes import ROOT, wait_until
from tests.support.commands import run

BROKEN = {
    "def app(:\n": "01_bytes.py, line 1, is not Python",
    "import nowhere\n": "The server does not start. Its log says: ModuleNotFoundError",
    "while True:\n    pass\n": "The server does not start within 10 s: is there an endless loop?",
}


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_file_gets_the_reason(text, tmp_path):
    path = tmp_path / "01_bytes.py"
    path.write_text(text)
    with pytest.raises(Wrong) as wrong:
        cli.checked(EXERCISES[1], path)
    assert str(wrong.value).startswith(BROKEN[text])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["99"], "there is no exercise 99"), (["bad"], "unknown command"), (["reset"], "needs")],
)
def test_bad_input_gets_a_line(arguments, said):
    done = run(sys.executable, "-m", "exercises", *arguments)
    assert done.returncode == 2
    assert said in done.stderr


def test_reset_needs_a_terminal_to_ask(monkeypatch, capfd):
    monkeypatch.setattr(cli, "original", lambda each: b"something else")
    before = EXERCISES[1].path.read_bytes()
    with open(os.devnull) as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        with pytest.raises(cli.InstrumentError, match="needs a terminal"):
            cli.reset(EXERCISES[1])
    assert EXERCISES[1].path.read_bytes() == before


def test_ctrl_c_ends_the_server_too():
    process = subprocess.Popen(
        [sys.executable, "-m", "exercises", "8"], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    started = psutil.Process(process.pid)

    def servers():
        return [each for each in started.children(True) if "uvicorn" in " ".join(each.cmdline())]

    found = wait_until(servers)
    process.send_signal(signal.SIGINT)
    assert "stopped by SIGINT" in process.communicate(timeout=20)[1]
    assert process.returncode == 130
    assert not any(each.is_running() for each in found)
