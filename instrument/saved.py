"""The files of an experiment: written whole or not at all, and read back."""

import json
import tempfile
from contextlib import suppress
from pathlib import Path

from instrument.comparison import Comparison
from instrument.crowd import Crowd
from instrument.errors import InstrumentError
from instrument.experiment import Conditions, Experiment
from instrument.mending import Mending
from instrument.spread import Spread
from instrument.sweep import Sweep
from instrument.timeline import Timeline

ROOM = 2**20  # bytes, about what is written

KINDS = {kind.PART: kind for kind in (Comparison, Crowd, Mending, Spread, Sweep, Timeline)}


def from_json(text: str) -> Experiment:
    """Return what an experiment saved; raise ValueError when it is something else."""
    try:
        data = json.loads(text)
        conditions = Conditions(**data["conditions"])
        [part] = KINDS.keys() & data.keys()
        return KINDS[part].from_saved(conditions, data[part])
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


def write(path: Path, text: str) -> Path:
    """Write a file whole or not at all; raise InstrumentError where that can't be done."""
    draft = path.with_suffix(".draft")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8")
        return draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise InstrumentError(f"can't write {path}: {error.strerror}") from error


def write_pictures(experiment: Experiment, folder: Path, name: str) -> list[Path]:
    return [
        write(folder / f"{name}{ending}.svg", svg) for ending, svg in experiment.pictures().items()
    ]


def writable(folder: Path) -> Path:
    """Return the folder, made if need be; raise InstrumentError before measuring in vain."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(ROOM))
            probe.flush()
            return folder
    except OSError as error:
        raise InstrumentError(f"can't write to {folder}: {error.strerror}") from error
