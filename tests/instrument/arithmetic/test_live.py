import pytest

from instrument.arithmetic.live import sample, throughput_now, window_seconds
from instrument.arithmetic.measure import Completion
from instrument.servers import SUBJECTS

SYNC, LOOP = SUBJECTS["sync"], SUBJECTS["uvicorn-worker"]


def answers(users, period, seconds, latency, phase=0.0, start=0.0):
    """Return the answers of users who are all answered in the same moment, again and again."""
    beats = int(seconds / period)
    return [
        Completion(start + phase + beat * period, latency * 1000, False)
        for beat in range(beats)
        for _ in range(users)
    ]


def now(given, changed, at, users, subject=SYNC):
    return sample(given, changed, at, users, subject, 4)


@pytest.mark.parametrize("window", [2, 3.5, 8])
def test_throughput_of_bursts_does_not_depend_on_where_an_edge_cuts_them(window):
    for number in range(200):
        cut = 20 + number / 200
        ages = [cut - each.at for each in answers(4, 1.0015, 30, 1) if each.at <= cut]
        assert throughput_now(ages, window) == pytest.approx(4, rel=0.01)


def test_window_begins_a_second_after_the_last_change_within_bounds():
    assert [window_seconds(since) for since in (0, 3, 5, 100)] == [2, 2, 4, 8]


def test_throughput_is_right_three_seconds_after_the_users_changed():
    # from 20 to 40 users at second 30: the new ones ask at once, and are answered from 31 on
    given = answers(20, 1, 60, 1, 0.3) + answers(20, 1, 29, 1, 0.7, start=31)
    assert now(given, 30, 33, 40, LOOP).throughput == pytest.approx(40, rel=0.01)


def test_latency_is_that_of_requests_sent_since_the_change_as_soon_as_one_is_back():
    given = answers(4, 1, 36, 5)
    assert now(given, 30, 35, 40).median == 5, "none is back yet"
    given += [Completion(41.5, 10_000, False)]
    assert now(given, 30, 41.6, 40).median == 10


def test_a_failure_is_counted_but_is_no_throughput():
    given = [*answers(4, 1, 20, 1), Completion(19.5, 1, True)]
    told = now(given, 0, 20, 4)
    assert (told.failures, round(told.throughput, 2)) == (1, 4)


def test_without_an_answer_there_is_no_latency():
    told = now([], 0, 1, 4)
    assert (told.throughput, told.median, told.p95) == (0, None, None)
    assert (told.ceiling, told.predicted_latency) == (4, 1)


@pytest.mark.parametrize(
    ("users", "subject", "expected"),
    [
        (20, SYNC, "20 users on 4 slots: each waits 5 s"),
        (3, SYNC, "3 users on 4 slots: each waits 1 s"),
        (1, LOOP, "1 user, a slot for each: each waits 1 s"),
        (20, SUBJECTS["sync-busy"], "20 users: the CPUs decide"),
        (0, SYNC, "no users"),
    ],
)
def test_sentence_is_what_arithmetic_says(users, subject, expected):
    assert now([], 0, 1, users, subject).says == expected
