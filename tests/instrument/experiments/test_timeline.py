"""The timeline: its picture, and a real one."""

import json
import sys

import pytest

from instrument.experiments.timeline import Timeline
from tests.support.commands import compare, one_line
from tests.support.samples import CONDITIONS


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7])
def test_every_server_has_a_panel_with_all_its_requests(count):
    times = [(0.0, 1.0), (0.0, 2.0)]
    timeline = Timeline(CONDITIONS, {f"server-{number}": times for number in range(count)})
    [svg] = timeline.pictures().values()
    for number in range(count):
        assert svg.count(f"<!-- server-{number} -->") == 1
    panels = [each for each in svg.split('<g id="axes_')[1:] if "<!-- server-" in each]
    assert len(panels) == count
    for panel in panels:
        bars = [each for each in panel.split('<g id="patch_')[1:] if "fill: #" in each]
        assert sum("clip-path" in bar for bar in bars) == len(times)


def test_what_is_finished_is_kept_when_the_next_server_fails(tmp_path):
    start = "gunicorn --no-control-socket --bind 127.0.0.1:{port}"
    command = [sys.executable, "-m", "tests.support.odd_server", start, "wsgi.nowhere:app"]
    few = "--users", 2, "--workers", 1, "--output", tmp_path
    done = compare("timeline", "uvicorn-worker", "odd", *few, command=command)
    assert "odd ended with status" in one_line(done)
    assert "\nuvicorn-worker  answered after" in done.stdout
    [partial] = tmp_path.iterdir()
    assert partial.name == "timeline.partial.json"
    assert list(json.loads(partial.read_text(encoding="utf-8"))["requests"]) == ["uvicorn-worker"]
