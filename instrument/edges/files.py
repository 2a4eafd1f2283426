"""Files that are written whole or not at all, and folders that can be written."""

import tempfile
from contextlib import suppress
from pathlib import Path

from instrument.edges.errors import InstrumentError

ROOM = 2**20  # bytes, about what is written


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
