import socket
from importlib import metadata

import pytest

from instrument import cli
from instrument.edges import check, processes
from instrument.edges.processes import ROOT, wait_until
from instrument.servers import BY_NAME

INSTALL = f"{check.PIP_INSTALL} -r requirements.txt"


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """Write the files of requirements, which need nothing but what is named here."""
    monkeypatch.setattr(check, "ROOT", tmp_path)

    def that(text="", **of_chapters):
        listed = "-r ../requirements.txt\n-r ../frameworks/requirements.txt\n"
        texts = {"": text, "tests": f"{listed}-r ../diagnosis/requirements.txt\npytest ~= 9.1\n"}
        for folder in ("", "tests", "frameworks", "diagnosis", "shop"):
            path = tmp_path / folder / "requirements.txt"
            path.parent.mkdir(exist_ok=True)
            path.write_text({**texts, **of_chapters}.get(folder, ""), encoding="utf-8")

    return that


@pytest.mark.parametrize("chapter", ["frameworks", "diagnosis"])
def test_a_package_of_one_chapter_that_is_lacking_is_a_note(chapter, asked):
    asked("rich\n", **{chapter: "no-such-package\n"})
    install = f"{check.PIP_INSTALL} -r {chapter}/requirements.txt"
    assert f"note  no-such-package is not installed: {install}" in map(str, check.findings())


def test_only_what_the_chapters_need_is_looked_at(asked):
    asked(shop="-r what-is-no-package.txt\n")
    assert list(check.findings())
    assert check.of_chapters() == ["frameworks/requirements.txt", "diagnosis/requirements.txt"]


def test_py_spy_that_may_not_attach_is_a_note(asked, monkeypatch):
    asked(diagnosis="py-spy\n")
    monkeypatch.setattr(check, "lacking", lambda tool: "refused" if tool == "py-spy" else "")
    assert "note  refused" in map(str, check.findings())


def test_nothing_is_measured_where_a_framework_is_lacking(asked, tmp_path, capsys):
    asked(frameworks="no-such-package\n")
    assert cli.main(["run", "--set", "frameworks", "--output", str(tmp_path / "out")]) == 1
    [said] = capsys.readouterr().err.splitlines()
    assert said.startswith("compare: no-such-package is not installed: ")
    assert said.endswith(" -r frameworks/requirements.txt")


def test_a_package_that_lost_a_file_is_bad(tmp_path, asked):
    asked("half ~= 1.0")
    about = tmp_path / "half-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: half\nVersion: 1\n", encoding="utf-8"
    )
    (about / "RECORD").write_text('half.py,,\n"page, half",,\nhalf.pyc,,\n', encoding="utf-8")
    (tmp_path / "half.py").touch()
    package = metadata.Distribution.at(about)
    assert list(check.files_gone(package)) == ["page, half"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(metadata, "distribution", lambda name: package)
        [found] = check.packages("requirements.txt")
    assert str(found).startswith("BAD   half 1 has lost page, half: ")
    assert str(found).endswith("-m pip install --force-reinstall --no-deps half==1")


def test_a_folder_that_can_not_be_written_is_bad_and_no_table_is_tried_there(
    tmp_path, monkeypatch, capsys
):
    (tmp_path / "file").touch()
    monkeypatch.setattr(check, "ROOT", tmp_path / "file")
    [found] = check.read_only()
    assert str(found).startswith(f"BAD   can't write to {tmp_path}/file: ")
    (tmp_path / "docs").touch()
    monkeypatch.setattr(check, "ROOT", ROOT)
    monkeypatch.setattr(cli, "ROOT", tmp_path)
    monkeypatch.setattr(cli, "try_table", None)
    assert cli.main(["faults", "handlers", "--write"]) == 1
    assert capsys.readouterr().err.startswith(f"compare: can't write to {tmp_path}/docs: ")


def test_taken_port_is_told_and_the_exit_status_is_1(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setattr(check, "PORTS", {port: "this test"})
        [found] = check.ports()
        assert not found.good
        assert f"port {port} is taken" in str(found)
        monkeypatch.setattr(check, "leftovers", list)
        assert cli.main(["check"]) == 1


def test_servers_left_running_are_told_with_the_way_to_end_them(tmp_path):
    command = BY_NAME["sync"].command(processes.free_port(), 1, "wsgi.app:app")
    with processes.running(command, tmp_path / "log") as process:
        wait_until(lambda: BY_NAME["sync"].booted in (tmp_path / "log").read_text(encoding="utf-8"))
        assert f"kill -- -{process.pid}" in " ".join(map(str, check.leftovers()))


def test_nothing_is_measured_with_another_version_than_is_wanted(asked, tmp_path, capsys):
    asked("rich >= 1\ngunicorn < 1\n")
    assert cli.main(["run", "--output", str(tmp_path / "out")]) == 1
    [said] = capsys.readouterr().err.splitlines()
    assert said.startswith("compare: gunicorn ")
    assert said.endswith(f": <1 is wanted: {INSTALL}")
    assert not (tmp_path / "out").exists()
