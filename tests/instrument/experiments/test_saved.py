"""What an experiment saves is read back as it was, and drawn the same each time."""

import json
import re
from dataclasses import replace

import pytest

from instrument.edges.errors import InstrumentError
from instrument.edges.files import write
from instrument.edges.processes import ROOT
from instrument.experiments.comparison import Comparison
from instrument.experiments.diagrams import diagrams
from instrument.experiments.figure import BLUE, GREY, ORANGE
from instrument.experiments.mending import Mending, Shop
from instrument.experiments.saved import from_json
from instrument.experiments.steps import Crowd, CrowdStep, Spread, SpreadStep
from instrument.experiments.sweep import Sweep
from instrument.experiments.timeline import Timeline
from tests.support.commands import compare, one_line
from tests.support.samples import CONDITIONS, LOOP, STEPS, SYNC

DATA = [
    Comparison(CONDITIONS, (SYNC, replace(LOOP, ceiling=None))),
    Sweep(
        CONDITIONS, {"sync": STEPS, "none": tuple(replace(each, ceiling=None) for each in STEPS)}
    ),
    Timeline(CONDITIONS, {"sync": [(0.0, 1.0), (0.001, 2.0)], "loop": [(0.0, 1.0), (0.0, 1.0)]}),
    Crowd(CONDITIONS, {"loop": (CrowdStep(**vars(LOOP), processes=2),)}),
    Spread(CONDITIONS, {"flask": (SpreadStep(**vars(SYNC), connections=(20, 12)),)}),
    Mending(CONDITIONS, {"before": Shop([(0.0, 1.0), (0.5, 2.0)], [(0.3, 0.2), (0.6, 0.1)])}),
]


@pytest.mark.parametrize("data", DATA)
def test_json_is_read_back_as_it_was(data):
    assert from_json(data.to_json()) == data


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"conditions": {}, "results": []}'])
def test_what_is_not_ours_is_refused(text):
    with pytest.raises(ValueError):
        from_json(text)


@pytest.mark.long
def test_committed_pictures_are_drawn_from_the_committed_data_or_code():
    drawn = {f"{name}.svg": svg for name, svg in diagrams().items()}
    for path in (ROOT / "docs").glob("*.json"):
        if "conditions" in json.loads(path.read_text(encoding="utf-8")):
            for ending, svg in from_json(path.read_text(encoding="utf-8")).pictures().items():
                drawn[f"{path.stem}{ending}.svg"] = svg
    committed = {
        path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.svg")
    }
    assert drawn.keys() == committed.keys()
    for name, svg in drawn.items():
        assert svg == committed[name], name


@pytest.mark.parametrize("path", sorted((ROOT / "docs").glob("*.svg")), ids=lambda path: path.stem)
def test_committed_pictures_stand_on_light_and_dark_pages(path):
    svg = path.read_text(encoding="utf-8")
    assert "fill: #ffffff" not in svg, "the page shines through"
    painted = set(re.findall(r"(?:fill|stroke): (#[0-9a-f]{6})", svg))
    assert painted <= {BLUE, ORANGE, GREY}


def test_saved_data_is_drawn_into_another_folder(tmp_path):
    assert compare("draw", "docs/timeline.json", "--output", tmp_path).returncode == 0
    drawn = (tmp_path / "timeline.svg").read_text(encoding="utf-8")
    assert drawn == (ROOT / "docs/timeline.svg").read_text(encoding="utf-8")


def test_what_can_not_be_read_is_said_in_one_line(tmp_path):
    (tmp_path / "no.json").write_text("{}", encoding="utf-8")
    for command in ("draw", "show"):
        said = one_line(compare(command, tmp_path / "no.json"))
        assert said.endswith("no.json: it is not what a measurement wrote")
        assert "can't read" in one_line(compare(command, tmp_path / "gone.json"))


def test_what_can_not_be_written_is_said_in_one_line(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InstrumentError, match=f"^can't write {tmp_path}/file/x.json: "):
        write(tmp_path / "file" / "x.json", "")
