"""The arithmetic of a size: what a ladder tells, and what is predicted from it."""

import math
from dataclasses import replace

import pytest

from instrument.arithmetic.answer import Asked, Memory, choose, reasons
from instrument.arithmetic.measure import throughput_of_users
from instrument.arithmetic.sizing import (
    Needs,
    Rung,
    Size,
    bound,
    erlang_c,
    held_by,
    interval,
    needs_of,
    slots_for,
    suspects,
    used_slots,
)

MIXED = Needs(0.201, 0.0205, 0.0205, 0.0205, math.inf)  # waits for 180 ms, computes for 20 ms


def ladder(*found, cpu=0.05, error=""):
    last = len(found) - 1
    return [
        Rung(2**place, each, 1.0, cpu, error if place == last else "")
        for place, each in enumerate(found)
    ]


@pytest.mark.parametrize(
    ("found", "cpu", "error", "told"),
    [
        ((1.0, 1.0), 0.0, "", ("slots", 1.0)),
        ((1.0, 2.0, 3.98, 7.99, 16.0, 32.0, 38.9, 40.5), 0.1, "", ("slots", 40.5)),
        ((1.0, 2.0, 4.0, 8.0), 0.1, "", ("unbounded", None)),
        ((1.0, 2.0, 4.0, 5.0), 0.1, "", ("slots", 5.0)),
        ((30.0, 31.0), 0.97, "", ("computes", 31.0)),
        ((1.0, 2.0, 4.0, 7.0, 5.0), 0.1, "status 500", ("fails", 7.0)),
    ],
)
def test_the_ladder_tells_what_holds_the_requests(found, cpu, error, told):
    assert held_by(ladder(*found, cpu=cpu, error=error), 1.0) == told


def test_what_wants_the_cpu_computes_also_where_others_have_it():
    rungs = [Rung(1, 10.0, 0.1, 0.4), Rung(2, 10.0, 0.2, 0.45, other_cpu=0.5, cpu_waits=0.5)]
    assert held_by(rungs, 0.05)[0] == "computes"
    pool = [*rungs[:1], Rung(2, 10.0, 0.2, 0.45, other_cpu=0.5, cpu_waits=0.2)]
    assert held_by(pool, 0.05)[0] == "slots"


@pytest.mark.parametrize(
    ("processes", "threads", "measured"),
    [
        (1, 1, 4.9),
        (5, 1, 24.6),
        (1, 8, 38.3),
        (2, 4, 39.5),
        (2, 8, 75.7),
        (2, 12, 86.4),
        (4, 4, 76.0),
        (1, 8, 28.2),  # in step
        (3, 3, 31.9),
        (4, 4, 61.7),
    ],
)
def test_what_was_measured_lies_in_its_interval(processes, threads, measured):
    low, high = interval(MIXED, Size(processes, threads, threads > 1), users=32, cpus=2)
    assert low <= measured <= high
    assert high / low < 2.5, "an interval that holds everything says nothing"


def test_the_bound_is_the_least_of_four():
    assert bound(MIXED, Size(1, 1), 32, 2) == pytest.approx(1 / 0.201)
    assert bound(MIXED, Size(2, 8), 4, 2) == pytest.approx(4 / 0.201), "users"
    assert bound(MIXED, Size(1, 100), 200, 2) == pytest.approx(1 / 0.0205), "one process computes"
    assert bound(MIXED, Size(4, 100), 200, 2) == pytest.approx(2 / 0.0205), "two CPUs"
    shared = Needs(0.201, 0.0205, 0.0205, 0.0205, math.inf, generator=0.0205)
    assert bound(shared, Size(4, 100), 200, 2) == pytest.approx(1 / 0.0205), "Locust needs as much"
    assert bound(shared, Size(4, 100), 200, 8) == pytest.approx(1 / 0.0205), "one Locust"
    held = Needs(1.0, 0.001, 0.001, 0.001, 40)
    assert bound(held, Size(2, math.inf), 200, 2) == 80


def test_requests_in_step_wait_for_each_other():
    low, high = interval(Needs(1.0, 0.1, 0.1, 0.1, math.inf), Size(1, 5), users=5, cpus=2)
    assert low == pytest.approx(5 / 1.4 * 0.95), "each waits for four others"
    assert high == pytest.approx(5 / 0.99 * 1.05), "none waits for another, on faster CPUs"
    loops = interval(Needs(0.0056, 0.0055, 0.008, 0.0055, math.inf), Size(2, math.inf), 8, cpus=2)
    measured = 129.8, 144.8
    assert loops[0] < min(measured) < max(measured) < loops[1], "one had all eight connections"
    low, high = interval(Needs(0.1, 0.1, 0.1, 0.1, math.inf), Size(4, 1, False), users=8, cpus=4)
    assert (low, high) == pytest.approx((4 / 0.175 * 0.95, 42 / 0.9)), "four processes on four CPUs"


def test_connections_that_fall_by_chance_leave_slots_idle():
    assert used_slots(8, 1, 4) == 4
    assert used_slots(8, 2, math.inf) == 8
    assert 12 < used_slots(64, 4, 4) <= 16
    assert used_slots(16, 4, 4) < used_slots(32, 4, 4)
    assert 9 < used_slots(20, 4, 4) < 12.5, "measured: 12"


@pytest.mark.parametrize(
    ("offered", "slots", "share"), [(1, 2, 1 / 3), (0.5, 1, 0.5), (2, 3, 4 / 9)]
)
def test_erlang_c_as_in_the_textbooks(offered, slots, share):
    assert erlang_c(offered, slots) == pytest.approx(share)


def test_slots_let_hardly_any_request_wait():
    for offered in (0.2, 1, 10, 100):
        slots = slots_for(offered)
        assert erlang_c(offered, slots) <= 0.05
        assert slots == 1 or erlang_c(offered, slots - 1) > 0.05
    assert erlang_c(5, 4) == 1


def test_what_releases_the_lock_is_serial_for_less_than_its_cpu():
    rungs = ladder(20.0, 39.0, 40.0, cpu=1.9)
    needs = needs_of(rungs, 0.05, 0.05, "computes", 2.0, slower=1.0, generator=0.0)
    assert needs.serial == pytest.approx(1 / 40)
    assert needs.cpu_full == pytest.approx(1.9 / 20), "the dearest rung"
    waiting = [replace(each, cpu_waits=0.4) for each in rungs]
    needs = needs_of(waiting, 0.05, 0.05, "computes", 2.0, slower=1.0, generator=0.0)
    assert needs.cpu_full == pytest.approx(2.3 / 20), "threads that hand over to each other"
    assert needs_of(rungs, 0.05, 0.05, "slots", 2.0, 1.0, 0.0).holds == 2
    slowed = ladder(5.0, 20.0, 25.0, cpu=0.5)  # and 0.5 of a CPU waited for
    assert needs_of(slowed, 0.2, 0.02, "computes", 5.0, 1.0, 0.0).serial == pytest.approx(0.02)


def chosen(needs, rate=None, users=None, threads=None, megabytes=10_000, is_loop=False):
    asked = Asked(rate, users, 128, threads, megabytes)
    return choose(needs, asked, Memory(20, 30, 0.1), 2, is_loop)


def test_the_smallest_configuration_for_a_rate():
    few = chosen(MIXED, rate=20)
    assert few.size.processes == 1 and few.size.threads == slots_for(20 * 0.201)
    many = chosen(MIXED, rate=60)
    assert many.size.processes == 2, "60 x 0.0205 s / 70 % = 1.76"
    assert many.size.threads == math.ceil(slots_for(60 * 0.201) / 2)
    assert chosen(MIXED, rate=20, threads=1).size == Size(slots_for(20 * 0.201), 1, is_pinned=False)


def test_threads_are_no_more_than_one_process_can_use():
    computing = Needs(0.03, 0.03, 0.03, 0.03, math.inf)
    assert chosen(computing, rate=40).size == Size(2, 1, is_pinned=False)


def test_a_pool_of_a_process_is_made_up_for_by_processes():
    pool = Needs(1.0, 0.001, 0.001, 0.001, 7)
    found = chosen(pool, users=20)
    assert found.size.processes == 3 and found.size.threads == 7
    assert reasons(found, pool, Memory(20, 30, 0.1), 2)["slots"] == "21, for 20 users"
    assert chosen(pool, users=20, is_loop=True).size == Size(3, math.inf)
    for seen in (3.97, 4.49):
        assert chosen(replace(MIXED, holds=seen), rate=20).size.processes == 3, "9 slots / 4"


def test_what_does_not_fit_the_cpus_or_the_memory_is_refused():
    assert "4 CPUs" in chosen(MIXED, rate=120).refusal
    held = Needs(1.0, 0.001, 0.001, 0.001, 1)
    assert "MB" in chosen(held, users=100, megabytes=1000).refusal
    assert chosen(held).size.processes <= 5, "where nothing is asked: 2n + 1"


def test_suspects_are_named_by_their_number():
    assert "anyio" in suspects(40.3, 2)[0]
    assert suspects(25.1, 2, threads=25, is_asgi=False) == ["--threads 25"]
    assert suspects(3, 2) == ["a pool of 3", "a semaphore of 3"]
    assert "blocked event loop" in " ".join(suspects(1, 2))
    assert "blocked event loop" not in " ".join(suspects(1, 2, threads=1, is_asgi=False))


def test_whole_cycles_tell_a_throughput_that_bursts_do_not_disturb():
    assert throughput_of_users([[0.0, 1.0, 2.0], [0.01, 1.01, 2.01]]) == pytest.approx(2)
    assert throughput_of_users([[0.0, 1.0], [0.5, 2.5]]) == pytest.approx(2 * 2 / 3)
    assert throughput_of_users([[0.0], []]) == 0


def test_slow_users_whose_last_cycle_was_cut_off_count_as_they_are():
    slow, fast = [[0.0, 5.0]] * 5, [[*map(float, range(10))]] * 3
    assert throughput_of_users([*slow, *fast]) == pytest.approx(5 / 5 + 3)
