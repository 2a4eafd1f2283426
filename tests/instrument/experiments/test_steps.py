"""The crowd and the spread: their tables, the steps that are asked for, and whose connections are counted."""

import subprocess
import sys
from dataclasses import asdict

import pytest

from instrument.experiments.steps import (
    OF_CROWD,
    OF_SPREAD,
    Crowd,
    CrowdStep,
    Spread,
    SpreadStep,
    connections_of_workers,
    planned,
)
from instrument.load.bench import Plan
from tests.support.commands import compare, one_line
from tests.support.samples import CONDITIONS, LOOP, SYNC, printed


def of_crowd(users, **changes):
    return CrowdStep(**{**asdict(LOOP), "users": users, "ceiling": users, **changes})


def of_spread(users, *connections, **changes):
    few = {"users": users, "ceiling": users, "threads": 25, "connections": connections}
    return SpreadStep(**{**asdict(SYNC), **few, **changes})


def crowd(*every):
    return printed(Crowd(CONDITIONS, {"loop": every}).told())


def test_each_step_has_a_row_with_what_a_request_cost():
    few = of_crowd(20, requests_per_second=19.9, locust_ms=0.5, server_ms=0.25)
    many = of_crowd(2000, requests_per_second=1500, locust_late_ms=40.0)
    shown = crowd(few, many)
    assert shown[4].split() == ["20", "1", "20", "0.995", "1001", "0", "0.50", "0.25"]
    assert shown[5].split()[:4] == ["2000*", "1", "1500", "0.750"]
    assert shown[-1].startswith("* 2000 users: Locust woke 40.0 ms late (95 %)")
    assert max(map(len, shown[:6])) <= 80


def test_a_mark_that_the_ceiling_rules_out_says_so():
    reached = of_crowd(20, requests_per_second=19.9, other_cpu=0.3)
    assert crowd(reached)[-1].endswith("; the ceiling is reached nevertheless.")


def test_a_worker_uses_no_more_threads_than_it_has():
    assert of_spread(100, 40, 30, 20, 10).in_use == 25 + 25 + 20 + 10


def test_each_step_has_a_row_with_the_connections_of_each_worker():
    steps = of_spread(50, 20, 12, 10, 8), of_spread(100, 40, 30, 20, 10, other_cpu=0.2)
    shown = printed(Spread(CONDITIONS, {"flask": steps}).told())
    assert shown[0] == "flask, 4 workers with 25 threads each"
    assert shown[-3].split()[-5:] == ["20", "12", "10", "8", "50"]
    assert shown[-2].split()[0] == "100*"
    assert shown[-2].split()[-5:] == ["40", "30", "20", "10", "80"]
    assert shown[-1].startswith("* 100 users: other programs used 20 % of the CPUs")
    assert max(map(len, shown[:-1])) <= 80


@pytest.mark.parametrize(
    ("steps", "users", "asked"),
    [
        (OF_CROWD, 4000, [(20, 1), (200, 1), (2000, 1), (4000, 2)]),
        (OF_CROWD, 300, [(20, 1), (200, 1)]),
        (OF_SPREAD, 100, [(20, 1), (50, 1), (100, 1)]),
        (OF_SPREAD, 99, [(20, 1), (50, 1)]),
    ],
)
def test_no_more_users_than_were_asked_for(steps, users, asked):
    every = planned(steps, Plan(users, seconds=8, workers=4))
    assert [(plan.users, plan.processes) for plan in every] == asked


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


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["spread", "sync"], "sync has no threads"),
        (["crowd", "sync-busy"], "sync-busy does not wait"),
    ],
)
def test_a_server_that_teaches_nothing_is_refused(arguments, said):
    assert said in one_line(compare(*arguments))
