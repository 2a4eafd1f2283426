"""`compare size`: applications that it has to see through, and a line for each bad input."""

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace

import pytest

from instrument.arithmetic.answer import Memory
from instrument.arithmetic.sizing import Rung
from instrument.edges import processes
from instrument.edges.processes import free_port
from instrument.experiments.saved import from_json
from instrument.experiments.size import Configuration, Profile, Sizing
from tests.support.commands import COMPARE, compare, one_line
from tests.support.machine import taken_again
from tests.support.samples import CONDITIONS

APPS = "tests.support.adversaries"
LADDER = (Rung(1, 1.0, 1.0, 0.01), Rung(2, 1.0, 2.0, 0.01))
MEMORY = Memory(0, 30.0, 0.1)
PROFILE = Profile(
    "/report", 1.0, 0.01, LADDER, "slots", 1.0, "asgi", memory=MEMORY, notes=("A note.",)
)
PROOF = Configuration("uvicorn --workers 5 a:b", 4.7, 5.2, 5.0, True, "/report", 10, 180.0)


def told(sizing):
    return "\n".join(str(each) for each in sizing.told())


def test_what_is_saved_is_read_back_with_the_keys_that_are_promised():
    sizing = Sizing(CONDITIONS, (PROFILE,), (PROOF,), PROOF.command, ("load: 5",))
    assert from_json(sizing.to_json()) == sizing
    data = json.loads(sizing.to_json())
    assert {"paths", "configurations", "answer"} <= data.keys()
    promised = {"path", "seconds", "cpu_seconds", "ladder", "why", "holds"}
    assert promised <= data["paths"][0].keys()
    rung = {"users", "requests_per_second", "median_seconds", "cpu"}
    assert rung <= data["paths"][0]["ladder"][0].keys()
    assert {"command", "low", "high", "measured", "fits"} <= data["configurations"][0].keys()


def test_what_does_not_fit_is_said_with_both_numbers():
    wrong = replace(PROOF, measured=9.0, fits=False)
    sizing = Sizing(CONDITIONS, (PROFILE,), (wrong,))
    assert not sizing.fits
    assert (
        "does not fit uvicorn --workers 5 a:b: predicted 4.7 to 5.2 requests/s, measured 9.0"
        in told(sizing)
    )


@pytest.mark.parametrize("why", ["slots", "computes", "unbounded", "fails"])
def test_every_ladder_has_a_meaning_and_a_picture(why):
    sizing = Sizing(
        CONDITIONS, (replace(PROFILE, why=why, holds=1.0 if why != "unbounded" else None),)
    )
    assert "/report: one request takes 1.000 s, of which 0.0100 s are CPU" in told(sizing)
    assert "A note." in told(sizing)
    [svg] = sizing.pictures().values()
    assert "<!-- /report: " in svg


REFUSED = {
    "nothing": ([], "name an application"),
    "module": (["nowhere:app", "--env", "log=x"], "ModuleNotFoundError: No module named 'nowhere'"),
    "attribute": ([f"{APPS}:nothing"], "has no attribute 'nothing'"),
    "no callable": ([f"{APPS}:WAIT"], "is not an application"),
    "interface": ([f"{APPS}:waiting", "--interface", "asgi"], "speaks WSGI"),
    "folder": (["a:b", "--app-dir", "/nowhere"], "no such folder"),
    "python": (["a:b", "--python", "/nowhere/python"], "no such program"),
    "not a python": (["a:b", "--python", "/bin/true"], "is it a Python?"),
    "current": ([f"{APPS}:waiting", "--current", "waitress a:b"], "only gunicorn and uvicorn"),
    "data": (["a:b", "--data", "/nowhere"], "no such file"),
    "another machine": (["--url", "http://192.0.2.1/"], "only servers of this machine"),
    "https": (["--url", "https://127.0.0.1/"], "only servers of this machine"),
    "pid": (["--url", "http://127.0.0.1:9/", "--pid", 2**22 + 1], "no such process"),
    "nobody": (["--url", "http://127.0.0.1:9/"], "nothing listens on port 9"),
    "both": (["a:b", "--url", "http://127.0.0.1:9/"], "name an application"),
    "500": ([f"{APPS}:failing"], "answered with status 500"),
    "404": ([f"{APPS}:missing"], "answered with status 404"),
    "login": ([f"{APPS}:to_login"], "redirected to https://login.example.org/?next=/ (302)"),
    "stream": ([f"{APPS}:endless"], "does not end, as that of a stream"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_said_in_one_line(case, tmp_path):
    arguments, said = REFUSED[case]
    assert said in one_line(compare("size", *arguments, "--output", tmp_path))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "option", [["--rate", "0"], ["--header", "x"], ["--env", "x"], ["--path", "x"], ["--users", 0]]
)
def test_a_wrong_value_is_said_in_one_line(option):
    assert option[0] in one_line(compare("size", "a:b", *option), status=2)


@pytest.mark.long
def test_a_server_that_listens_on_no_port_is_said(tmp_path):
    said = one_line(compare("size", f"{APPS}:silent", "--output", tmp_path))
    assert "listens on no port" in said


def size(folder, app, *arguments, status=0, seconds=150):
    done = compare("size", app, *arguments, "--output", folder, seconds=seconds)
    assert done.returncode == status, done.stdout + done.stderr
    return json.loads((folder / "size.json").read_text(encoding="utf-8")), done.stdout


@contextmanager
def served(app, options, log):
    """Start an adversary as a server that runs already; hand over its URL and process."""
    port = free_port()
    gunicorn = ["gunicorn", "--no-control-socket", "-b", f"127.0.0.1:{port}", *options]
    program = ["uvicorn", "--port", str(port)] if options == ("asgi",) else gunicorn
    command = [sys.executable, "-m", *program, f"{APPS}:{app}"]
    with processes.serving(app, command, port, log, is_asked=False) as process:
        yield f"http://127.0.0.1:{port}/", process.pid


GTHREAD = ("-k", "gthread", "--threads", "16")
SEEN = {
    "locked": (GTHREAD, "slots", 1, ""),
    "limited": (("asgi",), "slots", 3, ""),
    "forgetful": (("asgi",), "fails", 7, "no answer in time"),
    "waiting": (GTHREAD, "unbounded", None, ""),
    "leaking": (("-k", "gthread", "--threads", "2"), "slots", 2, "Memory grew by"),
    "printing": (("-k", "gthread", "--threads", "2"), "slots", 2, ""),
    "hashing": (("-k", "gthread", "--threads", "4"), "computes", None, "it computes"),
}


@pytest.mark.measures(seconds=20)
@taken_again
@pytest.mark.parametrize("app", SEEN)
def test_what_holds_requests_is_seen_from_outside(app, tmp_path):
    options, why, holds, said = SEEN[app]
    status, highest = int(why == "fails"), 4 if why == "computes" else 8
    folder = tmp_path / "out"
    with served(app, options, tmp_path / "served.log") as (url, pid):
        asked = "--url", url, "--pid", pid, "--highest", highest
        data, printed = size(folder, *asked, status=status)
    [found] = data["paths"]
    assert found["why"] == why
    if why != "computes":  # as many as the CPUs that are free
        assert found["holds"] == (holds and pytest.approx(holds, rel=0.1))
    assert said in printed
    assert data["configurations"] == [] and data["answer"] is None


@pytest.mark.measures(seconds=70)
@taken_again
def test_a_prediction_is_proved_and_the_answer_is_written(tmp_path):
    current = "gunicorn -w 1 -k gthread --threads 2"
    data, printed = size(
        tmp_path, f"{APPS}:waiting", "--rate", 60, "--highest", 4, "--current", current
    )
    assert [each["fits"] for each in data["configurations"]] == [True] * 3
    assert data["answer"].startswith("gunicorn -w 1 -k gthread --threads ")
    names = {"size.json", "size.svg", "gunicorn.conf.py"}
    assert {path.name for path in tmp_path.iterdir()} == names
    written = (tmp_path / "gunicorn.conf.py").read_text(encoding="utf-8")
    assert "workers = 1  # " in written and "threads = " in written
    assert compare("show", tmp_path / "size.json").stdout.splitlines()[0] in printed


@pytest.mark.long
def test_ctrl_c_prints_and_keeps_what_is_known(tmp_path):
    command = [*COMPARE, "size", f"{APPS}:waiting", "--output", str(tmp_path)]
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", env=environment
    ) as run:
        while "  2 users:" not in run.stdout.readline():
            assert run.poll() is None
        run.send_signal(signal.SIGINT)
        printed, said = run.communicate(timeout=20)
    assert run.returncode == 130
    assert said == "compare: stopped by SIGINT\n"
    [kept] = tmp_path.iterdir()
    assert kept.name == "size.partial.json" and printed.endswith(f"\n{kept}\n")
    [told] = [line for line in printed.splitlines() if line.startswith("/: one request takes ")]
    assert told in compare("show", kept).stdout
