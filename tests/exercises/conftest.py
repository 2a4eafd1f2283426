import shutil

import pytest

from instrument.edges.processes import ROOT


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """What the command needs, without git, and with a folder for temporary files of its own."""
    copy = tmp_path / "copy"
    for name in ("exercises", "instrument"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "command_line.py", copy)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    return copy
