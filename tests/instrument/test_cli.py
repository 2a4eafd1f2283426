"""The instrument's edges, for real: python -m compare in processes of its own."""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from instrument.edges.processes import ROOT, wait_until
from instrument.servers import SERVERS, SETS, SUBJECTS, packages_of
from tests.support.commands import COMPARE, compare, on_terminal, one_line, run
from tests.support.offspring import command_of, gone, offspring

GUNICORN = "gunicorn --no-control-socket --bind 127.0.0.1:{port}"


def begun(process):
    """Return all that a run has started, once Locust was told to begin."""
    line = wait_until(lambda: re.search("--wait-for (.*?) --", process.stdout.readline()))
    wait_until(Path(line[1]).exists)
    return process.children(recursive=True)


def odd(start, app="wsgi.slow_app:app"):
    """Return the command that also knows a server called odd, which is started like this."""
    return [sys.executable, "-m", "tests.support.odd_server", start, app]


@contextmanager
def started(*arguments):
    options = {"cwd": ROOT, "stdin": subprocess.DEVNULL, "encoding": "utf-8"}
    options |= dict.fromkeys(("stdout", "stderr"), subprocess.PIPE)
    with psutil.Popen([*COMPARE, *map(str, arguments)], **options) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()


@pytest.mark.long
def test_a_run_says_what_it_measured_and_writes_it_down(strange_folder):
    few = "--users", 4, "--workers", 2, "--seconds", 2
    folder = strange_folder / "new" / "folder"
    command = [sys.executable, "-m", "compare"]
    done = compare("run", *few, "--output", folder, command=command)
    assert done.returncode == 0, done.stderr
    data = json.loads((folder / "comparison.json").read_text(encoding="utf-8"))
    conditions, (sync, loop) = data["conditions"], data["results"]
    assert {path.name for path in folder.iterdir()} == {
        "comparison.json",
        "comparison.svg",
        "sync.html",
        "uvicorn-worker.html",
    }
    assert (conditions["users"], conditions["workers"], conditions["seconds"]) == (4, 2, 2)
    assert {*packages_of(SERVERS), "starlette", "locust"} == set(conditions["versions"])
    for result, ceiling, latency in [(sync, 2, 2000), (loop, 4, 1000)]:
        assert result["ceiling"] == ceiling
        assert result["median_ms"] >= latency
        assert result["median_ms"] <= result["p95_ms"]
        assert result["failures"] == 0
        assert 0 < result["locust_cpu"] <= 1.1 and 0 < result["machine_cpu"] <= 1
        assert result["command"] in done.stdout
    assert "\x1b" not in done.stdout
    for line in done.stdout.splitlines()[-4:]:
        assert Path(line).exists(), "where the files lie is printed last"


def test_what_draws_nothing_does_not_load_what_draws():
    script = "import sys, instrument.cli; sys.exit('matplotlib' in sys.modules)"
    done = run(sys.executable, "-c", script)
    assert (done.returncode, done.stderr) == (0, "")


def test_list_has_a_name_at_the_start_of_each_line():
    done = compare("run", "--list")
    names = [line.split()[0] for line in done.stdout.splitlines()]
    assert names == [*SUBJECTS, *(each.name for each in SETS)]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ("", 2, "COMMAND"),
        ("run --colour", 2, "unrecognized arguments: --colour"),
        ("run --user 3", 2, "unrecognized arguments: --user"),
        ("run --set busy --all", 2, "not allowed with argument --set"),
        ("run sync --set busy", 1, "not both"),
        ("run --output /dev/null/folder", 1, "can't write to /dev/null/folder"),
        ("sweep sync-minimal", 1, "no knee"),
        ("spread sync", 1, "sync has no threads"),
        ("crowd sync-busy", 1, "sync-busy does not wait"),
    ],
)
def test_what_can_not_be_done_is_said_in_one_line(words, status, said):
    assert said in one_line(compare(*words.split()), status=status)


def test_output_that_nobody_reads_is_no_traceback():
    script = f"{shlex.join([*COMPARE, 'run', '--list'])} | head -0"
    done = run("sh", "-c", script)
    assert (done.returncode, done.stderr) == (0, "")


def is_caught(number, process):
    """Return whether a process has a handler for a signal."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return int(caught.split()[1], 16) >> (number - 1) & 1


@pytest.mark.skipif(not Path("/proc").exists(), reason="/proc tells when a signal is handled")
def test_signal_before_anything_began_is_one_line():
    command = [sys.executable, "-m", "compare", "run"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, encoding="utf-8") as process:
        wait_until(lambda: is_caught(signal.SIGTERM, process))
        process.send_signal(signal.SIGTERM)
        assert process.stderr.read() == "compare: stopped by SIGTERM\n"
    assert process.returncode == 143


@pytest.mark.parametrize(
    ("start", "app", "said", "log"),
    [
        (GUNICORN, "wsgi.nowhere:app", "odd ended with status", "No module named 'wsgi.nowhere'"),
        (GUNICORN, "builtins:dict", "odd answers with status 500", ""),
        ("no-such-server", "", "no-such-server is not installed", ""),
        ("not-executable", "", "not-executable is not installed", ""),
    ],
)
def test_a_server_that_does_not_serve_is_not_measured(start, app, said, log, tmp_path):
    (tmp_path / "not-executable").touch(0o600)
    env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    folder = tmp_path / "results"
    done = compare("run", "odd", "--output", folder, command=odd(start, app), env=env)
    assert said in one_line(done)
    assert log in done.stderr
    assert not (folder / "comparison.json").exists()
    scratch = re.search("/[^ ]*/compare-[^/]*/", done.stdout)[0]
    assert not [each for each in psutil.process_iter() if scratch in command_of(each)]


def test_missing_package_is_one_line(tmp_path):
    bare = [sys.executable, "-S", "-m", "compare"]  # -S: without what is installed
    said = one_line(compare("run", command=bare))
    assert "is not installed: " in said
    assert said.endswith("-m pip install -r requirements.txt")


@pytest.mark.long
def test_locust_starts_beside_a_server_and_asks_nothing_before_it_is_up(tmp_path):
    command = odd(f"{GUNICORN} --preload", app="tests.support.late_app:app")
    few = "--users", 2, "--workers", 1, "--seconds", 2
    done = compare("run", "odd", *few, "--output", tmp_path, command=command)
    assert done.returncode == 0, done.stderr
    [result] = json.loads((tmp_path / "comparison.json").read_text("utf-8"))["results"]
    assert result["failures"] == 0


def test_taken_port_is_one_line_and_its_server_stays(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = compare("run", "--port", port, "--output", tmp_path)
        assert f"port {port} can't be used" in one_line(done)


def test_server_killed_in_the_middle_of_a_run_is_said_and_nothing_is_overwritten(tmp_path):
    (tmp_path / "comparison.json").write_text("an earlier one", encoding="utf-8")
    with started("run", "sync", "--seconds", 8, "--output", tmp_path) as process:
        every = begun(process)
        master = next(each for each in every if "gunicorn" in " ".join(each.cmdline()))
        master.kill()
        output, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "sync was killed by SIGKILL in the middle of the run" in errors
    assert "Traceback" not in output + errors
    assert (tmp_path / "comparison.json").read_text(encoding="utf-8") == "an earlier one"
    assert len(list(tmp_path.iterdir())) == 1, "nothing was finished"
    assert gone(every)


@pytest.mark.long
def test_ctrl_c_waits_for_no_graceful_stop_and_keeps_what_is_finished(tmp_path):
    (tmp_path / "comparison.json").write_text("an earlier one", encoding="utf-8")
    with started("run", "--seconds", 1, "--output", tmp_path) as process:
        wait_until(lambda: "2 of 2" in process.stdout.readline())
        every = begun(process)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=10)  # gunicorn would give 30 s to its workers
        assert gone(every)
    assert process.returncode == 130
    assert errors == "compare: stopped by SIGINT\n"
    assert "\nsync" in output
    partial = json.loads((tmp_path / "comparison.partial.json").read_text(encoding="utf-8"))
    assert [result["name"] for result in partial["results"]] == ["sync"]
    assert (tmp_path / "comparison.json").read_text(encoding="utf-8") == "an earlier one"


@pytest.mark.parametrize("moment", range(0, 1000, 250))
def test_signal_at_any_moment_of_the_start_leaves_nothing_running(moment, tmp_path):
    with started("run", "sync", "--seconds", 1, "--output", tmp_path) as process:
        wait_until(lambda: "1 of 1" in process.stdout.readline())
        time.sleep(moment / 1000)  # the moments differ on purpose; nothing is waited for
        every = offspring(process, "locust")
        os.kill(process.pid, signal.SIGTERM)
        process.communicate(timeout=5)
    assert process.returncode == 143
    assert gone(every)


@pytest.mark.long
def test_prediction_stands_beside_what_was_measured(tmp_path):
    command = [*COMPARE, "predict", "sync", "--users", "4", "--seconds", "2"]
    status, text = on_terminal(120, [*command, "--output", str(tmp_path)], b"many\n4\n")
    assert status == 0
    assert "A number, please" in text
    assert "your guess" in text
    assert re.search(r"You had [01] of 1 right within 10 %", text)
