"""What is measured again, and what is not."""

import pytest

from tests.support import machine
from tests.support.machine import again_while_busy, share_of_others


class Measurement:
    """One that is wrong a few times."""

    def __init__(self, wrong):
        self.wrong, self.taken = wrong, 0

    def __call__(self):
        self.taken += 1
        assert self.taken > self.wrong
        return self.taken


@pytest.fixture(autouse=True)
def nobody_else(monkeypatch):
    monkeypatch.setattr(machine.psutil, "cpu_percent", lambda _: 0.0)
    monkeypatch.setattr(machine, "share_of_others", lambda *_: 0.0)


@pytest.fixture
def others(monkeypatch):
    monkeypatch.setattr(machine, "share_of_others", lambda *_: 0.9)


def test_what_others_spoiled_is_measured_again(others):
    assert again_while_busy(Measurement(wrong=2)) == 3


def test_what_is_wrong_each_time_is_wrong(others):
    measurement = Measurement(wrong=10)
    with pytest.raises(AssertionError):
        again_while_busy(measurement)
    assert measurement.taken == machine.TIMES


def test_what_nobody_spoiled_is_wrong_at_once():
    measurement = Measurement(wrong=1)
    with pytest.raises(AssertionError):
        again_while_busy(measurement)
    assert measurement.taken == 1


def test_the_share_of_others_is_what_neither_we_nor_idleness_took():
    assert share_of_others((10, 1, 100), (16, 3, 110)) == pytest.approx(0.4)
