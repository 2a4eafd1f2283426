"""The timeline: its picture, and a real one."""

import pytest

from instrument.experiments.timeline import Timeline
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
