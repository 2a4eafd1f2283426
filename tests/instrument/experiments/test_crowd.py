"""The crowd: its table, and the steps that are asked for."""

from dataclasses import asdict
from types import SimpleNamespace

from rich.console import Console

from instrument.experiments.crowd import STEPS, Crowd, Step, steps
from tests.support.samples import CONDITIONS, LOOP


def step(users, **changes):
    return Step(**{**asdict(LOOP), "users": users, "ceiling": users, **changes})


def told(*every):
    console = Console(force_terminal=False, width=80)
    with console.capture() as capture:
        for each in Crowd(CONDITIONS, {"loop": every}).told():
            console.print(each, soft_wrap=True)
    return capture.get().splitlines()


def test_each_step_has_a_row_with_what_a_request_cost():
    few = step(20, requests_per_second=19.9, locust_ms=0.5, server_ms=0.25)
    many = step(2000, requests_per_second=1500, locust_late_ms=40.0)
    shown = told(few, many)
    assert shown[4].split() == ["20", "1", "20", "0.995", "1001", "0", "0.50", "0.25"]
    assert shown[5].split()[:4] == ["2000*", "1", "1500", "0.750"]
    assert shown[-1].startswith("* 2000 users: Locust woke 40.0 ms late (95 %)")
    assert max(map(len, shown[:6])) <= 80


def test_a_mark_that_the_ceiling_rules_out_says_so():
    reached = step(20, requests_per_second=19.9, other_cpu=0.3)
    assert told(reached)[-1].endswith("; the ceiling is reached nevertheless.")


def test_no_more_users_than_were_asked_for():
    assert steps(SimpleNamespace(users=4000)) == list(STEPS)
    assert steps(SimpleNamespace(users=300)) == [(20, 1), (200, 1)]
