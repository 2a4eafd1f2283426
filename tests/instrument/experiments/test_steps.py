"""The crowd and the spread: their tables, the steps that are asked for, and whose connections are counted."""

import subprocess
import sys
from dataclasses import replace

import pytest

from instrument.experiments.steps import (
    OF_CROWD,
    OF_SPREAD,
    Crowd,
    CrowdStep,
    connections_of_workers,
    planned,
)
from instrument.load.bench import Plan
from tests.support.samples import CONDITIONS, LOOP, printed


@pytest.mark.parametrize(
    ("throughput", "reached"), [(15.0, ""), (19.9, "; the ceiling is reached nevertheless")]
)
def test_a_step_that_others_have_shaped_has_a_mark_and_its_cause(throughput, reached):
    step = CrowdStep(**vars(replace(LOOP, requests_per_second=throughput, other_cpu=0.3)))
    *_, row, note = printed(Crowd(CONDITIONS, {"loop": (step,)}).told(), 100)
    assert row.split()[0] == "20*"
    assert (
        note
        == f"* 20 users: other programs used 30 % of the CPUs: close them and measure again{reached}."
    )


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
