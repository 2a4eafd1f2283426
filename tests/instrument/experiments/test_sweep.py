"""The sweep: its table, its pictures, and a short one."""

import json
import re

import pytest

from instrument.experiments.figure import COLOURS, style_of
from instrument.experiments.sweep import Sweep
from tests.support.commands import compare
from tests.support.machine import taken_again
from tests.support.samples import CONDITIONS, STEPS


@pytest.mark.measures(seconds=48)
@taken_again
def test_sweep_doubles_the_users_and_draws_two_pictures(tmp_path):
    done = compare("sweep", "uvicorn", "--users", 4, "--output", tmp_path, seconds=110)
    assert done.returncode == 0, done.stderr
    steps = json.loads((tmp_path / "sweep.json").read_text(encoding="utf-8"))["steps"]["uvicorn"]
    assert [step["users"] for step in steps] == [1, 2, 4]
    for step in steps:
        assert step["steady_seconds"] >= 8
        assert 0.95 <= step["requests_per_second"] / step["ceiling"] <= 1.01
    written = {"sweep.json", "sweep-throughput.svg", "sweep-latency.svg"}
    assert {path.name for path in tmp_path.iterdir()} == written


@pytest.mark.parametrize("count", [1, 6, 7, 13])
def test_every_server_is_drawn_with_a_look_of_its_own(count):
    sweep = Sweep(CONDITIONS, {f"server-{number}": STEPS for number in range(count)})
    for svg in sweep.pictures().values():
        drawn = re.findall(
            r'<g id="line2d_\d+">\n    <path d="[^"]*" clip-path="[^"]*" style="[^"]*', svg
        )
        lines = [each for each in drawn if any(colour in each for colour in COLOURS)]
        assert len(lines) == count
        assert svg.count("<!-- server-") == count, "each in the legend"
    assert len({style_of(f"server-{place}", place) for place in range(count)}) == count
