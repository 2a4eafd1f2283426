"""What an upgrade raises, reports, refuses to begin with, and proposes."""

import os
import platform
import re
import sys

import pytest

from instrument.edges.processes import ROOT
from tests.support import upgrade
from tests.support.commands import copy_repository, one_line, run

ASKED = """\
-r ../requirements.txt
gunicorn ~= 27.0            # the server
uvicorn[standard] ~= 0.54.0 # beside it
matplotlib == 3.11.2
pillow                      # in any version
"""
CELLS = ["| a | row |\n", "compare: a row, asgi: waited in vain\n", "  log: last words\n"]
OUTPUTS = ["a.md: as it was\n", "b.md: rewritten\n", "by hand: line 9: console\n", "- milk\n"]
TESTS = ["FAILED tests/test_x.py::test_y - assert 1\n", "much\n", "3 passed, 1 failed\n"]


def test_requirements_are_raised_to_what_is_installed_and_no_further():
    newer = {"gunicorn": "28.1.2", "uvicorn": "0.54.9", "matplotlib": "3.12.0", "pillow": "99"}
    assert upgrade.raised(ASKED, newer.get).splitlines() == [
        "-r ../requirements.txt",
        "gunicorn ~= 28.1            # the server",
        "uvicorn[standard] ~= 0.54.0 # beside it",
        "matplotlib == 3.12.0",
        "pillow                      # in any version",
    ]


def test_the_requirements_of_this_repository_can_be_raised():
    pinned = [line for path in upgrade.FILES for line in path.read_text("utf-8").splitlines()]
    pinned = [line for line in pinned if " ~= " in line or " == " in line]
    newer = upgrade.raised("\n".join(pinned), lambda _: "999.8.7").splitlines()
    assert len(upgrade.FILES) == 5
    assert all("= 999.8" in line for line in newer)


def test_a_report_names_python_the_versions_and_what_is_left():
    versions, left = upgrade.report(CELLS, OUTPUTS, TESTS).split("Left for you:")
    assert versions.startswith(f"Run with Python {platform.python_version()}, gunicorn 27.")
    assert left.splitlines()[2:] == [
        "```text",
        "compare: a row, asgi: waited in vain",
        "  log: last words",
        "by hand: line 9: console",
        "- milk",
        "FAILED tests/test_x.py::test_y - assert 1",
        "3 passed, 1 failed",
        "```",
    ]
    assert len(upgrade.report(CELLS * upgrade.LONGEST, [], [])) < 65_536


@pytest.fixture
def changed(tmp_path):
    """A repository in which a file is not as it was committed."""
    copy = tmp_path / "repository"
    copy_repository(copy)
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@x"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "all"]):
        assert run(*git, *words, cwd=copy).returncode == 0
    (copy / "README.md").write_text("changed\n", "utf-8")
    return copy


def test_what_can_not_be_done_is_said_in_one_line_before_anything_is_installed(changed):
    for arguments, message in (
        (["not a package"], "this names no package: "),
        ([], "commit your changes first"),
    ):
        done = run(sys.executable, "-m", "tests.support.upgrade", *arguments, cwd=changed)
        assert one_line(done).startswith(f"upgrade: {message}")
        assert "pip" not in done.stdout


def test_a_report_that_can_not_be_written_is_said_before_anything_is_installed(changed):
    (changed / "results").touch()
    done = run(sys.executable, "-m", "tests.support.upgrade", cwd=changed)
    assert one_line(done).startswith("upgrade: can't write to ")
    assert done.stdout == ""


def test_a_change_is_proposed_with_the_report_and_none_is_not(changed, tmp_path):
    gh, remote = tmp_path / "gh", tmp_path / "remote"
    gh.write_text('#!/bin/sh\necho "$@"\ntest "$2" = edit\n', "utf-8")  # as where one is open
    gh.chmod(0o755)
    run("git", "init", "-q", "--bare", remote)
    run("git", "remote", "add", "origin", remote, cwd=changed)
    path = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    created, edited = run(changed / ".ci/propose", env=path).stdout.splitlines()
    assert created.startswith("pr create --title Take the newest releases --body-file results/")
    assert edited == "pr edit upgrade --body-file results/upgrade.md"
    sent = run("git", "show", "upgrade:README.md", cwd=remote)
    assert sent.stdout == "changed\n"
    done = run(changed / ".ci/propose", env=path)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_newest_python_of_the_tests_is_upgraded():
    workflows = ROOT / ".github/workflows"
    [tried] = re.findall(r"python: \[(.+)\]", (workflows / "test.yml").read_text("utf-8"))
    *_, newest = re.findall(r"[\d.]+", tried)
    assert f'python-version: "{newest}"' in (workflows / "upgrade.yml").read_text("utf-8")
