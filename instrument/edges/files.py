"""Files that are written whole or not at all, and folders that can be written."""

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from instrument.edges.errors import InstrumentError

ROOM = 2**20  # bytes, about what is written
# Whatever TMPDIR says: all of a user's programs share it.
OWN = Path(f"/tmp/workshop-{os.getuid()}")


def write(path: Path, text: str) -> Path:
    """Write a file whole or not at all; raise InstrumentError where that can't be done."""
    draft = path.with_name(f"{path.name}.{token_hex(4)}")  # another run may write at the same time
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


def own_folder() -> Path:
    """Return the folder of this user alone; raise InstrumentError where another may write to it."""
    try:
        OWN.mkdir(mode=0o700, exist_ok=True)
        found = OWN.lstat()
    except OSError as error:
        raise InstrumentError(f"can't use {OWN}: {error.strerror}") from error
    if found.st_uid != os.getuid() or found.st_mode & 0o077 or not stat.S_ISDIR(found.st_mode):
        raise InstrumentError(f"others may write to {OWN}, or have made it: remove it")
    return OWN
