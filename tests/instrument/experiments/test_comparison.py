"""The comparison: what its table and its sentences say, and short runs of every server."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from burst import burst
from instrument.arithmetic.measure import Completion, Recording
from instrument.cli import main
from instrument.edges import processes, signals
from instrument.edges.display import Display
from instrument.edges.processes import free_port
from instrument.experiments import comparison
from instrument.experiments.comparison import Comparison, sentences, table
from instrument.experiments.prediction import verdict
from instrument.experiments.result import is_spoiled
from instrument.load import bench
from instrument.servers import BY_DEFAULT, SERVERS, SUBJECTS, TO_THREAD_THREADS
from tests.support.commands import compare
from tests.support.machine import taken_again
from tests.support.samples import CONDITIONS, LOOP, SYNC, printed


def test_nothing_stands_below_the_table_of_one_server_about_which_there_is_nothing_to_say():
    assert list(Comparison(CONDITIONS, (SYNC,)).told())[1:] == []
    assert list(Comparison(CONDITIONS, (SYNC, LOOP)).told())[1] == ""


def test_servers_of_two_sets_have_no_one_knob():
    busy = replace(LOOP, name="sync-busy")
    assert not any("knob" in each for each in sentences(Comparison(CONDITIONS, (SYNC, busy))))


def test_failures_are_told():
    told = sentences(Comparison(CONDITIONS, (replace(SYNC, failures=3),)))
    assert next(told).startswith("sync: 3 of 60 requests failed")


LATE = replace(LOOP, requests_per_second=17.0, locust_late_ms=40.0, machine_late_ms=1.0)
BUSY = replace(SYNC, computing_ms=25.0, server_ms=25.5)  # a server does something, too
SPOILED = replace(SYNC, other_cpu=0.4, requests_per_second=3.0)


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (replace(SYNC, locust_late_ms=50.0), ""),  # 1 % of a median of 5 s
        (
            LATE,
            "Locust woke 40.0 ms late (95 %), so it was busy itself: --processes helps if a CPU is free",
        ),
        (
            replace(LATE, machine_late_ms=30.0),
            "a process that only sleeps woke 30.0 ms late (95 %), so the CPUs were full",
        ),
        (BUSY, ""),
        (
            replace(BUSY, server_ms=30.0),
            "a request took 30.0 ms of CPU, and 25.0 ms before the run: the CPUs changed their speed",
        ),
        (SPOILED, "other programs used 40 % of the CPUs: close them and measure again"),
    ],
)
def test_what_else_has_shaped_a_row_is_marked_and_told(result, said):
    comparison = Comparison(CONDITIONS, (result,))
    assert printed([table(comparison)])[-1].startswith(result.name + ("* " if said else "  "))
    below = [each for each in sentences(comparison) if each.startswith("* ")]
    assert below == ([f"* {result.name}: {said}."] if said else [])


def test_nothing_is_concluded_from_what_is_not_the_servers():
    told = list(sentences(Comparison(CONDITIONS, (SYNC, LATE))))
    assert "nothing is concluded" in told[0]
    assert not any("times as many" in each for each in told)
    reached = replace(LATE, requests_per_second=19.9)
    told = list(sentences(Comparison(CONDITIONS, (SYNC, reached))))
    assert "5.0 times as many" in told[0], "the ceiling rules the doubt out"
    assert told[-1].startswith("* loop: ")


def test_nothing_is_measured_again_that_others_have_not_spoiled():
    assert is_spoiled(SPOILED)
    for harmless in ({"other_cpu": 0.05}, {"requests_per_second": 3.98}, {"steady_seconds": 2.0}):
        assert not is_spoiled(replace(SPOILED, **harmless)), harmless


@pytest.mark.parametrize("loads", [[0.4, 0.0], [0.4, 0.4]])
def test_what_others_have_spoiled_is_measured_again_once(loads, monkeypatch, capsys):
    left = iter(loads)

    def once(bench, subject):
        return replace(SPOILED, other_cpu=next(left))

    monkeypatch.setattr(comparison, "measure_once", once)
    bench = SimpleNamespace(display=Display())
    assert comparison.measure(bench, SimpleNamespace(name="sync")).other_cpu == loads[1]
    said = "sync: other programs used 40 % of the CPUs, so it is measured again"
    assert capsys.readouterr().out == said + "\n"


def test_guesses_within_ten_per_cent_are_right():
    found = Comparison(CONDITIONS, (SYNC, LOOP))
    guesses = {"sync": 4.0, "loop": 16.0}
    assert verdict(found, guesses) == "You had 1 of 2 right within 10 %: sync."
    assert printed([table(found, guesses)], 100)[-1].endswith("16.00")


def results(folder, *arguments):
    done = compare("run", *arguments, "--output", folder, seconds=110)
    assert done.returncode == 0, done.stderr
    data = json.loads((folder / "comparison.json").read_text(encoding="utf-8"))
    return {result["name"]: result for result in data["results"]}


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        (["--set", "blocking"], "blocking"),
        (["--all"], "waiting"),
        (["sync", "blocking"], "comparison"),
    ],
)
def test_a_set_is_saved_under_its_name(asked, name, tmp_path, monkeypatch):
    def measure(bench, subject):
        (bench.scratch / f"{subject.name}.html").touch()
        return replace(SYNC, name=subject.name)

    monkeypatch.setattr(signals, "note", lambda: None)  # they are pytest's
    monkeypatch.setattr(comparison, "measure_once", measure)
    (tmp_path / "comparison.json").touch()
    assert main(["run", *asked, "--output", str(tmp_path)]) == 0
    saved = [path.name for path in tmp_path.glob("*.json") if path.stat().st_size]
    assert saved == [f"{name}.json"]
    assert (tmp_path / f"{name}.svg").exists()


def test_a_subject_that_computes_is_calibrated_once(tmp_path, monkeypatch):
    calls = []

    def put_load(bench, subject, *_):
        (bench.scratch / f"{subject.name}.html").touch()
        completions = tuple(Completion(half / 2, 500, failed=False) for half in range(60))
        return ["gunicorn"], Recording(0.0, 30.0, completions)

    monkeypatch.setattr(signals, "note", lambda: None)  # they are pytest's
    monkeypatch.setattr(bench, "calibrate", lambda scratch: calls.append(scratch) or 0.5)
    monkeypatch.setattr(comparison, "put_load", put_load)
    assert main(["run", "sync-busy", "--users", "1", "--output", str(tmp_path)]) == 0
    [result] = json.loads((tmp_path / "comparison.json").read_text("utf-8"))["results"]
    assert (result["ceiling"], result["computing_ms"], len(calls)) == (2, 500, 1)


def ratio(result):
    return result["requests_per_second"] / result["ceiling"]


LOOPS = [each.name for each in SERVERS if each.slots > 20 and each.name not in BY_DEFAULT]


@pytest.mark.measures(seconds=38)
@taken_again
@pytest.mark.parametrize(
    ("name", "ceiling", "lowest"),
    [*((name, 20, 0.95) for name in LOOPS), ("gthread", 16, 0.25)],  # threads are used unevenly
)
def test_a_server_comes_near_to_its_ceiling(name, ceiling, lowest, tmp_path):
    [result] = results(tmp_path, name, "--seconds", 8).values()
    assert result["ceiling"] == ceiling
    assert lowest <= ratio(result) <= 1.01


@pytest.mark.measures(seconds=54)
@taken_again
def test_blocking_makes_a_sync_worker_of_a_loop_and_threads_are_the_remedy(tmp_path):
    found = results(tmp_path, "blocking", "threaded", "--seconds", 8)
    blocking, threaded = found["blocking"], found["threaded"]
    assert blocking["users"] == 40
    assert ratio(blocking) <= 1.02
    assert threaded["ceiling"] == 4 * TO_THREAD_THREADS
    # a loop that got fewer connections than it has threads leaves some of them idle
    assert 0.6 <= ratio(threaded) <= 1.02
    assert threaded["requests_per_second"] > 2 * blocking["requests_per_second"]


@pytest.mark.alone
@taken_again
def test_an_event_loop_wins_nothing_where_the_cpu_works(tmp_path):
    def seconds(subject):
        port, log = free_port(), tmp_path / subject.name
        command, booted = subject.command(port, 4), subject.server.booted
        with processes.serving(subject.name, command, port, log, booted, 4):
            answered, kinds = burst(40, "127.0.0.1", port, "/")
        assert kinds == {"answered with 200": 40}
        return answered[-1]

    # where they wait, it answers five times as many
    assert seconds(SUBJECTS["sync-busy"]) / seconds(SUBJECTS["uvicorn-worker-busy"]) < 2


@pytest.mark.long
def test_locusts_processes_are_merged(tmp_path):
    [result] = results(tmp_path, "uvicorn", "--seconds", 2, "--processes", 2).values()
    assert result["failures"] == 0
    assert 0.8 < ratio(result) < 1.2, "two processes of ten users each, not one of them"
