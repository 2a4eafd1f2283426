import math
import random

import pytest

from instrument.arithmetic.measure import (
    Completion,
    Recording,
    TooFewAnswers,
    ceiling_of,
    evaluate,
    load_seconds,
    merge,
    settle_seconds,
    steady_part,
    sweep_seconds,
    throughput,
)
from instrument.edges.processes import ROOT
from instrument.servers import BY_DEFAULT, SUBJECTS


def bursts(users, period, seconds, phase):
    """Return when users are answered who all march in step."""
    return sorted(
        phase + beat * period for beat in range(int(seconds / period)) for _ in range(users)
    )


@pytest.mark.parametrize("users", [4, 20])
def test_throughput_of_bursts_does_not_depend_on_where_the_window_is_cut(users):
    for number in range(100):
        times = bursts(users, 1.0, 20, phase=random.Random(number).random())
        start = 3 + number / 100
        steady = [time for time in times if start <= time < start + 8]
        assert throughput(steady) / users == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("times", [[], [1.0], [1.0, 1.0]])
def test_too_few_answers_have_no_throughput(times):
    with pytest.raises(TooFewAnswers):
        throughput(times)


@pytest.mark.parametrize(("users", "ceiling"), [(1, 1), (20, 4), (250, 250), (40, 4), (20, None)])
def test_locust_runs_until_every_user_was_answered_and_the_steady_part_is_over(users, ceiling):
    spawning = math.ceil(users / 100) - 1  # a group of 100 at most starts each second
    pause, first_answers = 1, users / (ceiling or users)
    assert load_seconds(users, 8, ceiling) > spawning + pause + first_answers + 8


def test_the_page_says_after_how_many_seconds_the_steady_part_begins():
    sync, loop = (
        settle_seconds(20, ceiling_of(SUBJECTS[name], 20, 4, 2, 1)) for name in BY_DEFAULT
    )
    text = " ".join((ROOT / "compare/README.md").read_text("utf-8").split())
    assert f"With 20 users, that is {sync} s for sync and {loop} s for an event loop." in text


def judged(recording, ceiling):
    part = steady_part(recording, seconds=8, users=1, ceiling=ceiling)
    return evaluate(recording.completions, *part, users=1, ceiling=ceiling)


def test_only_the_steady_part_counts():
    ramp_up = [Completion(at, 9_000, failed=True) for at in (0.5, 1.5, 2.9)]
    steady = [Completion(3.5 + beat, 1_000 + beat, failed=False) for beat in range(8)]
    failed = [Completion(4.2, 1, failed=True)]
    after = [Completion(11.5, 9_000, failed=False)]
    recording = Recording(0.0, 20.0, (*ramp_up, *steady, *failed, *after))

    result = judged(recording, ceiling=1)

    assert (result.requests, result.failures) == (9, 1)
    assert result.requests_per_second == pytest.approx(1)
    assert (result.median_ms, result.ceiling, result.ratio) == (1003.5, 1, pytest.approx(1))
    assert not result.too_short


def test_a_run_that_ended_early_is_too_short_to_judge():
    steady = tuple(Completion(3.5 + beat, 1_000, failed=False) for beat in range(4))
    result = judged(Recording(0.0, 7.0, steady), ceiling=None)
    assert result.steady_seconds == 4
    assert result.too_short
    assert result.ratio is None


@pytest.mark.parametrize(
    ("name", "users", "expected"),
    [
        ("sync", 20, 4),
        ("gthread", 20, 16),  # 4 workers x 4 threads
        ("gthread", 10, 10),
        ("gevent", 20, 20),
        ("uvicorn-worker", 20, 20),
        ("blocking", 40, 4),
        ("sync-busy", 20, 40),  # 2 CPUs / 0.05 s
        ("uvicorn-busy", 20, 40),
        ("asgi-busy", 1, 20),
        ("sync-minimal", 20, None),
    ],
)
def test_ceiling_of_each_kind_of_server(name, users, expected):
    assert ceiling_of(SUBJECTS[name], users, workers=4, cpus=2, cpu_seconds=0.05) == expected


def test_sweep_takes_as_long_as_its_users_wait():
    # 1 to 4 users: 2 s to begin, 1 s for the first answers, 8 s of steady part, each
    assert sweep_seconds(4, lambda users: min(users, 4)) == 3 * 11
    # 256 users on 4 slots: 64 s for each answer, twice
    assert sweep_seconds(256, lambda users: min(users, 4)) > 2 * 64 + 32 + 16


def test_recordings_of_several_processes_are_merged_share_by_share():
    early, late = Completion(2.0, 1.0, False), Completion(3.0, 1.0, True)
    merged = merge([Recording(1, 11, (late,), 0.9, 0.8), Recording(1.5, 10, (early,), 0.1, 0.2)])
    assert (merged.spawned, merged.stopping) == (1.5, 10)
    assert merged.completions == (early, late)
    assert merged.locust_cpu == 0.9, "that of the busiest process"
    assert merged.machine_cpu == 0.5, "each saw the machine for a while"
    assert merge([merged]) == merged
