"""Every other command of the instrument, for real and in a shortened form."""

import json
import os
import pty
import re
import subprocess
import sys

import pytest
from compare.figure import draw
from compare.processes import ROOT
from compare.report import from_json

from tests.instrument import compare, one_line


def results(folder, *arguments):
    done = compare("run", *arguments, "--output", folder, seconds=110)
    assert done.returncode == 0, done.stderr
    data = json.loads((folder / "comparison.json").read_text())
    return {result["name"]: result for result in data["results"]}


def ratio(result):
    return result["requests_per_second"] / result["ceiling"]


@pytest.mark.parametrize("name", ["gevent", "asgi", "uvicorn"])
def test_event_loops_come_within_a_few_per_cent_of_their_ceilings(name, tmp_path, steady):
    [result] = results(tmp_path, name, "--seconds", 8).values()
    assert result["ceiling"] == 20
    assert 0.95 <= ratio(result) <= 1.01


def test_threads_are_slots_that_are_used_unevenly(tmp_path, steady):
    [result] = results(tmp_path, "gthread", "--seconds", 8).values()
    assert result["ceiling"] == 16
    assert 4 < result["requests_per_second"] <= 16 * 1.01


def test_blocking_makes_a_sync_worker_of_a_loop_and_threads_are_the_remedy(tmp_path, steady):
    found = results(tmp_path, "blocking", "threaded", "--seconds", 8)
    blocking, threaded = found["blocking"], found["threaded"]
    assert blocking["users"] == 40
    assert ratio(blocking) <= 1.02
    assert threaded["ceiling"] == 4 * min(32, os.cpu_count() + 4)
    # a loop that got fewer connections than it has threads leaves some of them idle
    assert 0.6 <= ratio(threaded) <= 1.02
    assert threaded["requests_per_second"] > 2 * blocking["requests_per_second"]


def test_an_event_loop_wins_nothing_where_the_cpu_works(tmp_path, all_cpus):
    found = results(tmp_path, "sync-busy", "uvicorn-worker-busy", "--seconds", 4)
    sync, loop = found["sync-busy"], found["uvicorn-worker-busy"]
    assert 0.5 < loop["requests_per_second"] / sync["requests_per_second"] < 2
    assert sync["ceiling"] == loop["ceiling"] > 0


def test_no_waiting_has_no_ceiling_and_locusts_share_is_recorded(tmp_path, all_cpus):
    [result] = results(tmp_path, "asgi-minimal", "--seconds", 1).values()
    assert result["ceiling"] is None
    assert 0 < result["locust_cpu"] <= 1.1
    assert 0 < result["machine_cpu"] <= 1


def test_locusts_processes_are_merged(tmp_path):
    [result] = results(tmp_path, "uvicorn", "--seconds", 2, "--processes", 2).values()
    assert result["failures"] == 0
    assert 0.8 < ratio(result) < 1.2, "two processes of ten users each, not one of them"


def test_sweep_doubles_the_users_and_draws_two_pictures(tmp_path, steady):
    done = compare("sweep", "uvicorn", "--users", 4, "--output", tmp_path, seconds=110)
    assert done.returncode == 0, done.stderr
    steps = json.loads((tmp_path / "sweep.json").read_text())["steps"]["uvicorn"]
    assert [step["users"] for step in steps] == [1, 2, 4]
    for step in steps:
        assert step["steady_seconds"] >= 8
        assert 0.95 <= ratio(step) <= 1.01
    written = {"sweep.json", "sweep-throughput.svg", "sweep-latency.svg"}
    assert {path.name for path in tmp_path.iterdir()} == written


def test_timeline_is_a_staircase_beside_a_wall(tmp_path):
    done = compare("timeline", "--output", tmp_path)
    assert done.returncode == 0, done.stderr
    requests = json.loads((tmp_path / "timeline.json").read_text())["requests"]
    stairs = [round(answered) for _, answered in requests["sync"]]
    assert stairs == [step for step in range(1, 7) for _ in range(2)]
    assert [round(answered) for _, answered in requests["uvicorn-worker"]] == [1] * 12
    assert (tmp_path / "timeline.svg").exists()


@pytest.mark.parametrize("path", sorted((ROOT / "docs").glob("*.json")), ids=lambda path: path.name)
def test_committed_pictures_are_drawn_from_the_committed_data(path):
    for ending, svg in draw(from_json(path.read_text())).items():
        assert path.with_name(f"{path.stem}{ending}.svg").read_text() == svg


def test_what_can_not_be_drawn_is_said_in_one_line(tmp_path):
    (tmp_path / "no.json").write_text("{}")
    assert "no.json can't be read" in one_line(compare("draw", tmp_path / "no.json"))
    assert "can't read" in one_line(compare("show", tmp_path / "gone.json"))
    assert "no knee" in one_line(compare("sweep", "sync-minimal", "--output", tmp_path))
    assert "not both" in one_line(compare("run", "sync", "--set", "busy", "--output", tmp_path))


def test_prediction_needs_a_terminal():
    assert "needs a terminal" in one_line(compare("predict", stdin=subprocess.DEVNULL))


def test_prediction_stands_beside_what_was_measured(tmp_path):
    ours, its = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "compare", "predict", "sync", "--users", "4", "--seconds", "2"]
        + ["--output", str(tmp_path)],
        cwd=ROOT,
        stdin=its,
        stdout=its,
        stderr=its,
        env={**os.environ, "COLUMNS": "120"},
    )
    os.close(its)
    os.write(ours, b"many\n4\n")
    shown = b""
    try:
        while chunk := os.read(ours, 4096):
            shown += chunk
    except OSError:
        pass  # Linux says so when the other end is closed
    os.close(ours)
    assert process.wait(10) == 0
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    assert "A number, please" in text
    assert "your guess" in text
    assert re.search(r"You had [01] of 1 right within 10 %", text)
