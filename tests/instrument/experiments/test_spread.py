"""The spread: its table, the steps that are asked for, and whose connections are counted."""

import subprocess
import sys
from dataclasses import asdict
from types import SimpleNamespace

from rich.console import Console

from instrument.experiments.saved import from_json
from instrument.experiments.spread import STEPS, Spread, Step, connections_of_workers, steps
from tests.support.commands import compare, one_line
from tests.support.samples import CONDITIONS, SYNC


def step(users, *connections, **changes):
    few = {"users": users, "ceiling": users, "threads": 25, "connections": connections}
    return Step(**{**asdict(SYNC), **few, **changes})


def told(*every):
    console = Console(force_terminal=False, width=80)
    with console.capture() as capture:
        for each in Spread(CONDITIONS, {"flask": every}).told():
            console.print(each, soft_wrap=True)
    return capture.get().splitlines()


def test_a_worker_uses_no_more_threads_than_it_has():
    assert step(100, 40, 30, 20, 10).in_use == 25 + 25 + 20 + 10


def test_each_step_has_a_row_with_the_connections_of_each_worker():
    shown = told(step(50, 20, 12, 10, 8), step(100, 40, 30, 20, 10, other_cpu=0.2))
    assert shown[0] == "flask, 4 workers with 25 threads each"
    assert shown[-3].split()[-5:] == ["20", "12", "10", "8", "50"]
    assert shown[-2].split()[0] == "100*"
    assert shown[-2].split()[-5:] == ["40", "30", "20", "10", "80"]
    assert shown[-1].startswith("* 100 users: other programs used 20 % of the CPUs")
    assert max(map(len, shown[:-1])) <= 80


def test_what_was_saved_is_read_back():
    data = Spread(CONDITIONS, {"flask": (step(50, 20, 12, 10, 8),)})
    assert from_json(data.to_json()) == data


def test_no_more_users_than_were_asked_for():
    assert steps(SimpleNamespace(users=100)) == list(STEPS)
    assert steps(SimpleNamespace(users=99)) == [20, 50]


A_WORKER_WITH_TWO_CONNECTIONS = """
import os, socket, sys
listener = socket.create_server(("127.0.0.1", 0))
clients = [socket.create_connection(listener.getsockname()) for _ in range(2)]
if os.fork() == 0:
    for client in clients:
        client.close()
    accepted = [listener.accept() for _ in range(2)]
    print("accepted", flush=True)
    sys.stdin.read()
os.wait()
"""


def test_the_connections_are_counted_that_a_worker_has_accepted():
    command = [sys.executable, "-c", A_WORKER_WITH_TWO_CONNECTIONS]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes) as master:  # at whose end stdin is closed
        assert master.stdout.readline() == b"accepted\n"
        assert connections_of_workers(master.pid) == (2,)
        master.stdin.close()


def test_a_server_without_threads_is_refused():
    assert "sync has no threads" in one_line(compare("spread", "sync"))
