import json
from dataclasses import replace

import pytest
from compare.figure import draw
from compare.measure import Result, Steady
from compare.report import (
    Comparison,
    Conditions,
    Sweep,
    Timeline,
    from_json,
    sentences,
    steps_table,
    table,
    to_json,
    verdict,
)
from rich.console import Console

SYNC = Result(
    name="sync",
    interface="wsgi",
    app="wsgi.slow_app:app",
    command="gunicorn wsgi.slow_app:app",
    users=20,
    workers=4,
    steady_seconds=15.0,
    requests=60,
    failures=0,
    requests_per_second=3.98,
    ceiling=4.0,
    median_ms=5004.4,
    p95_ms=5010.0,
    locust_cpu=0.03,
    machine_cpu=0.05,
)
LOOP = replace(SYNC, name="loop", requests_per_second=19.9, ceiling=20.0, median_ms=1001.0)
CONDITIONS = Conditions.here_and_now(users=20, seconds=15, workers=4)


def lines(*results):
    console = Console(force_terminal=False, width=80)
    with console.capture() as capture:
        console.print(table(Comparison(CONDITIONS, results)))
    return capture.get().splitlines()


def test_table_fits_80_columns_in_plain_text():
    shown = lines(SYNC, LOOP)
    assert shown[-2].split() == ["sync", "3.98", "4.00", "0.995", "5004", "5010", "0"]
    assert shown[-1].split()[:4] == ["loop", "19.90", "20.00", "0.995"]
    assert max(map(len, shown)) <= 80
    assert "\x1b" not in "".join(shown)


def test_sentence_says_how_many_times_as_many():
    assert sentences(Comparison(CONDITIONS, (SYNC, LOOP))) == [
        "With the same 4 processes, loop answered 5.0 times as many requests as sync.",
        "The one knob that differs is how a worker waits.",
    ]


def test_servers_of_two_sets_have_no_one_knob():
    busy = replace(LOOP, name="sync-busy")
    assert not any("knob" in each for each in sentences(Comparison(CONDITIONS, (SYNC, busy))))


def test_a_short_run_and_failures_are_marked():
    short = replace(SYNC, steady_seconds=7.9, failures=3)
    told = " ".join(sentences(Comparison(CONDITIONS, (short,))))
    assert "too short" in lines(short)[-1]
    assert "too short to judge" in told
    assert "sync: 3 of 60 requests failed" in told


def test_a_saturated_load_generator_is_marked_with_the_way_out():
    loaded = replace(LOOP, locust_cpu=0.95, machine_cpu=0.99)
    assert lines(loaded)[-1].startswith("loop* ")
    assert "add --processes 2" in sentences(Comparison(CONDITIONS, (loaded,)))[-1]
    full = replace(LOOP, machine_cpu=0.97)
    assert "busy for 97%" in sentences(Comparison(CONDITIONS, (full,)))[-1]


def test_what_has_no_ceiling_has_no_ratio():
    assert lines(replace(SYNC, ceiling=None))[-1].split()[2:4] == ["none", "none"]


def test_guesses_within_ten_per_cent_are_right():
    comparison = Comparison(CONDITIONS, (SYNC, LOOP))
    guesses = {"sync": 4.0, "loop": 16.0}
    assert verdict(comparison, guesses) == "You had 1 of 2 right within 10 %: sync."
    console = Console(force_terminal=False, width=100)
    with console.capture() as capture:
        console.print(table(comparison, guesses))
    assert capture.get().splitlines()[-1].endswith("16.00")


STEPS = tuple(
    Steady(users, 8.0, 80, 0, min(users, 4) * 0.99, min(users, 4), 1000.0 * users / 4, 1001.0)
    for users in (1, 2, 4, 8)
)
DATA = [
    Comparison(CONDITIONS, (SYNC, replace(LOOP, ceiling=None))),
    Sweep(CONDITIONS, {"sync": STEPS, "uvicorn-worker": STEPS}),
    Timeline(CONDITIONS, {"sync": [(0.0, 1.0), (0.001, 2.0)], "loop": [(0.0, 1.0), (0.0, 1.0)]}),
]


def test_steps_fit_80_columns():
    console = Console(force_terminal=False, width=80)
    with console.capture() as capture:
        console.print(steps_table(DATA[1]))
    assert capture.get().splitlines()[-1].split() == ["8", *["3.96", "0.990", "2000"] * 2]
    assert "…" not in capture.get()


@pytest.mark.parametrize("data", DATA)
def test_json_is_read_back_as_it_was(data):
    assert from_json(to_json(data)) == data


def test_json_of_a_comparison_has_two_parts():
    assert json.loads(to_json(DATA[0])).keys() == {"conditions", "results"}
    assert json.loads(to_json(DATA[0]))["results"][1]["ceiling"] is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"conditions": {}, "results": []}'])
def test_what_is_not_ours_is_refused(text):
    with pytest.raises(ValueError):
        from_json(text)


@pytest.mark.parametrize("data", DATA)
def test_pictures_are_the_same_for_the_same_data(data):
    assert draw(data) == draw(data)
    for svg in draw(data).values():
        assert svg.startswith("<?xml")
