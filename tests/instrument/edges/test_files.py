"""Files that two programs write at once, and the folder in /tmp that is one user's alone."""

import os
from pathlib import Path

import pytest

from instrument.edges import files
from instrument.edges.errors import InstrumentError
from instrument.edges.processes import free_port


def test_files_of_one_name_are_written_at_once(tmp_path, monkeypatch):
    replace = Path.replace

    def late(draft, target):
        monkeypatch.setattr(Path, "replace", replace)
        files.write(tmp_path / "run.svg", "a picture, by another run")
        return replace(draft, target)

    monkeypatch.setattr(Path, "replace", late)
    files.write(tmp_path / "run.json", "data")
    assert (tmp_path / "run.json").read_text("utf-8") == "data"
    assert {path.name for path in tmp_path.iterdir()} == {"run.json", "run.svg"}


def make_link(own):
    own.with_name("theirs").mkdir(mode=0o700)
    own.symlink_to(own.with_name("theirs"))


@pytest.mark.parametrize(
    "make",
    [make_link, Path.touch, lambda own: own.symlink_to("nowhere"), lambda own: own.mkdir(0o755)],
    ids=["link", "file", "dangling", "open"],
)
def test_a_folder_that_is_not_ones_own_alone_is_one_line(make, tmp_path, monkeypatch):
    monkeypatch.setattr(files, "OWN", tmp_path / "own")
    make(tmp_path / "own")
    with pytest.raises(InstrumentError, match=f"{tmp_path}/own"):
        free_port()
    assert not list(tmp_path.rglob("ports"))


def test_a_folder_of_another_user_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "OWN", tmp_path / "own")
    assert files.own_folder().stat().st_mode & 0o777 == 0o700
    other = os.getuid() + 1
    monkeypatch.setattr(os, "getuid", lambda: other)
    with pytest.raises(InstrumentError, match="have made it: remove it"):
        files.own_folder()
