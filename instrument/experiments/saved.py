"""The files of an experiment: what is read back, and its pictures."""

import json
from pathlib import Path

from instrument.edges.errors import InstrumentError
from instrument.edges.files import write
from instrument.experiments.experiment import Experiment
from instrument.experiments.kinds import KINDS
from instrument.load.conditions import Conditions

DATA: dict[str, type[Experiment]] = {kind.data.PART: kind.data for kind in KINDS}


def from_json(text: str) -> Experiment:
    """Return what an experiment saved; raise ValueError when it is something else."""
    try:
        data = json.loads(text)
        conditions = Conditions(**data["conditions"])
        [part] = DATA.keys() & data.keys()
        return DATA[part].from_saved(conditions, data)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError("it is not what a measurement wrote") from error


def read(path: Path) -> Experiment:
    """Return what a measurement wrote; raise InstrumentError when it can't be read."""
    try:
        return from_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InstrumentError(f"can't read {path}: {error.strerror}") from error
    except ValueError as error:
        raise InstrumentError(f"can't read {path}: {error}") from error


def write_pictures(experiment: Experiment, folder: Path, name: str) -> list[Path]:
    return [
        write(folder / f"{name}{ending}.svg", svg) for ending, svg in experiment.pictures().items()
    ]
