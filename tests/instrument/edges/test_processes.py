import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from instrument.edges import files, processes
from instrument.edges.errors import InstrumentError
from instrument.edges.processes import ROOT, free_port, wait_until
from instrument.edges.program import run_program
from tests.support.commands import one_line, run

STARTER = """
import subprocess, sys, time
from instrument.edges import processes
if sys.argv[1] == "before":
    processes._guard.note = lambda sign, group: print(group, flush=True) or time.sleep(60)
begun = processes.start(sys.argv[2:], subprocess.DEVNULL)
print(begun.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize(
    ("killed", "command"),
    [
        ("before", ["sleep", "60"]),  # it was told of the group, and is found by its environment
        ("after", ["env", "-i", "sleep", "60"]),  # which some servers overwrite
    ],
)
def test_what_was_started_ends_also_when_its_starter_is_killed_before_and_after_it_told(
    killed, command
):
    starter = [sys.executable, "-c", STARTER, killed, *command]
    with subprocess.Popen(starter, cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8") as process:
        begun = int(process.stdout.readline())
        wait_until(lambda: psutil.Process(begun).name() == "sleep")
        process.kill()
    wait_until(lambda: not processes.is_alive(begun))


def test_no_port_is_given_out_twice_in_a_row_to_processes_side_by_side():
    with ThreadPoolExecutor(20) as pool:
        first = list(pool.map(lambda _: free_port(2), range(200)))
    assert len({*first, *(port + 1 for port in first)}) == 400


@pytest.mark.parametrize("text", ["", "what", "99999999999999999999"])
def test_a_counter_of_ports_that_is_spoiled_is_begun_anew(text, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "OWN", tmp_path / "own")
    (files.own_folder() / "ports").write_text(text, encoding="utf-8")
    assert free_port() != free_port()


def test_the_end_of_a_program_ends_what_it_has_started_and_nothing_else(tmp_path):
    def work():
        with (tmp_path / "own").open("wb") as own:
            started.append(processes.start(["sleep", "60"], own))
        raise InstrumentError("it can not be done")

    started = []
    with processes.running(["sleep", "60"], tmp_path / "log") as shared:
        assert run_program("a program", work) == 1
        assert started[0].poll() is not None
        assert shared.poll() is None


WITHOUT_A_GUARD = """
import subprocess, sys
from instrument.edges import processes
from instrument.edges.program import run_program

def work():
    for _ in range(2):  # both are left
        print(processes.start(["sleep", "60"], subprocess.DEVNULL).pid, flush=True)
    processes._guard._process.kill()
    processes.wait_until(lambda: not processes.is_alive(processes._guard._process.pid))
    print(processes.start(["sleep", "60"], subprocess.DEVNULL).pid, flush=True)

sys.exit(run_program("a program", work))
"""


def test_a_program_whose_guard_is_gone_says_so_and_leaves_nothing():
    done = run(sys.executable, "-c", WITHOUT_A_GUARD)
    assert not [pid for pid in map(int, done.stdout.split()) if processes.is_alive(pid)]
    assert one_line(done) == (
        "a program: the process that would end the servers was ended: type it again"
    )


def test_what_a_command_that_fails_has_printed_is_not_taken_for_a_result(tmp_path):
    command = ["sh", "-c", "echo no such process; exit 3"]
    with pytest.raises(InstrumentError, match="sh ended with status 3") as error:
        processes.printed(command, tmp_path / "log")
    assert error.value.tail == ["no such process"]
    assert processes.printed(command, tmp_path / "log", may_fail=True) == "no such process\n"


def test_only_what_servers_read_and_others_modules_are_kept_from_them(monkeypatch):
    names = {"PORT", "PORTAL_URL", "UVICORN_WORKERS", "PYTHONPATH", "PYTHONSAFEPATH", "PYTHONHOME"}
    for name in names:
        monkeypatch.setenv(name, "1")
    assert names & set(processes.environment()) == {"PORTAL_URL"}
