"""What a kind of experiment may do beside measuring servers one by one."""

from argparse import Namespace
from dataclasses import dataclass
from typing import ClassVar

import pytest

from instrument.edges import signals
from instrument.edges.errors import InstrumentError
from instrument.experiments.experiment import Experiment, Kind
from instrument.experiments.run import run_experiment
from instrument.load.bench import Plan


@dataclass(frozen=True)
class Advice(Experiment):
    advice: tuple[str, ...]
    PART: ClassVar[str] = "advice"

    def told(self):
        yield from self.advice

    reports = ("advice.conf",)
    exit_status = 3


def measure(bench, options):
    yield Advice(bench.conditions, ("measured",))
    if options.fails:
        raise InstrumentError("no more is known")
    (bench.scratch / "advice.conf").write_text("workers = 4", encoding="utf-8")
    yield Advice(bench.conditions, ("measured", "advised"))


def subjects_of(options):
    if options.refused:
        raise InstrumentError("refused")
    return []


KIND = Kind(
    "advise",
    "measure as a whole, and no server of ours",
    Advice,
    lambda command: None,
    measure,
    lambda plan, subject: 0,
    subjects_of,
    lambda options, subjects: Plan(users=1, seconds=0, workers=1),
)


@pytest.fixture(autouse=True)
def signals_are_pytests(monkeypatch):
    monkeypatch.setattr(signals, "note", lambda: None)


def test_what_is_measured_as_a_whole_has_files_and_a_status_of_its_own(tmp_path, capsys):
    assert run_experiment(KIND, Namespace(output=tmp_path, refused=False, fails=False)) == 3
    assert (tmp_path / "advice.conf").read_text(encoding="utf-8") == "workers = 4"
    names = f"{tmp_path}/advise.json\n{tmp_path}/advice.conf\n"
    assert capsys.readouterr().out == f"\nmeasured\nadvised\n\n{names}"


def test_what_was_known_when_it_failed_is_told_and_kept(tmp_path, capsys):
    with pytest.raises(InstrumentError, match="no more is known"):
        run_experiment(KIND, Namespace(output=tmp_path, refused=False, fails=True))
    [partial] = tmp_path.iterdir()
    assert capsys.readouterr().out == f"\nmeasured\n\n{partial}\n"
    assert partial.name == "advise.partial.json"


def test_what_is_refused_leaves_nothing(tmp_path):
    with pytest.raises(InstrumentError, match="refused"):
        run_experiment(KIND, Namespace(output=tmp_path / "new", refused=True, fails=False))
    assert not (tmp_path / "new").exists()
