"""The mending: what its panels show follows from when each request was sent and answered."""

from instrument.experiments.mending import Shop, in_progress, latencies, throughput

SHOP = Shop(requests=[(0.0, 0.5), (0.25, 1.5), (0.75, 2.25)], lags=[(1.0, 0.2)])


def test_requests_in_progress_are_those_sent_and_not_answered():
    assert [count for _, count in in_progress(SHOP)] == [1, 2, 1, 2, 1, 0]


def test_throughput_counts_the_answers_of_each_whole_second():
    assert throughput(SHOP) == [(0.5, 1), (1.5, 1)], "the last answer came after 2.25 s"


def test_latency_is_told_when_a_request_is_answered():
    assert latencies(SHOP) == [(0.5, 0.5), (1.5, 1.25), (2.25, 1.5)]
