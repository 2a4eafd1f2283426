"""Every experiment, and how its file is read back."""

import json
from dataclasses import is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from instrument.edges.errors import InstrumentError
from instrument.experiments import advice, comparison, mending, steps, sweep, timeline
from instrument.experiments.experiment import Experiment, Kind

KINDS: tuple[Kind[Experiment], ...] = (  # in the order of --help
    comparison.KIND,
    sweep.KIND,
    timeline.KIND,
    steps.CROWD,
    steps.SPREAD,
    mending.KIND,
    advice.KIND,
)
DATA: dict[str, type[Experiment]] = {kind.data.PART: kind.data for kind in KINDS}


def restored(kind: Any, data: Any) -> Any:
    """Return data as its annotation says: JSON knows no tuples, and of a dataclass its fields alone."""
    origin, inner = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{name: restored(hints[name], value) for name, value in data.items()})
    if origin is dict:
        return {name: restored(inner[1], value) for name, value in data.items()}
    if origin is list or inner[1:] == (...,):
        return origin(restored(inner[0], value) for value in data)
    if origin is tuple:
        return tuple(map(restored, inner, data))
    if origin is UnionType and data is not None:
        return restored(inner[0], data)
    return data


def from_json(text: str) -> Experiment:
    """Return what an experiment saved; raise ValueError when it is something else."""
    try:
        data = json.loads(text)
        [part] = DATA.keys() & data.keys()
        found: Experiment = restored(DATA[part], data)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError("it is not what a measurement wrote") from error
    return found


def read(path: Path) -> Experiment:
    """Return what a measurement wrote; raise InstrumentError when it can't be read."""
    try:
        return from_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InstrumentError(f"can't read {path}: {error.strerror}") from error
    except ValueError as error:
        raise InstrumentError(f"can't read {path}: {error}") from error
