"""What is measured again, and what is not."""

import subprocess
import sys
from contextlib import nullcontext
from unittest.mock import Mock

import pytest

from tests.support import machine


@pytest.mark.parametrize(
    ("others", "wrong", "taken"),
    [
        pytest.param(0.9, 2, 3, id="what others spoiled is measured again"),
        pytest.param(0.9, 3, 3, id="what is wrong each time is wrong"),
        pytest.param(0.0, 1, 1, id="what nobody spoiled is wrong at once"),
    ],
)
def test_a_measurement_is_taken_again_while_others_spoil_it(others, wrong, taken, monkeypatch):
    monkeypatch.setattr(machine.psutil, "cpu_percent", lambda _: 0.0)
    monkeypatch.setattr(machine, "share_of_others", lambda *_: others)
    measure = Mock(side_effect=[*[ValueError] * wrong, "right"])
    with pytest.raises(ValueError) if taken == wrong else nullcontext():
        assert machine.again_while_busy(measure, ValueError) == "right"
    assert measure.call_count == taken


def test_what_a_test_has_started_is_no_other():
    before = machine.look()
    burn = "import time\nwhile time.process_time() < 0.3: pass"
    subprocess.run([sys.executable, "-c", burn], check=True)
    assert machine.look().ours - before.ours > 0.25
