"""What an upgrade raises, reports, refuses to begin with, and proposes."""

import os
import platform
import re
import sys
from importlib import metadata

import pytest

from instrument.edges.processes import ROOT
from tests.support import upgrade
from tests.support.commands import copy_repository, one_line, run

CELLS = ["| a | row |\n", "compare: a row, asgi: waited in vain\n", "  log: last words\n"]
OUTPUTS = ["a.md: as it was\n", "b.md: rewritten\n", "by hand: line 9: console\n", "- milk\n"]
TESTS = ["FAILED tests/test_x.py::test_y - assert 1\n", "much\n", "3 passed, 1 failed\n"]


def test_requirements_are_raised_to_what_is_installed_and_no_further():
    assert len(upgrade.FILES) == 5
    for path in upgrade.FILES:
        text = path.read_text("utf-8")
        assert upgrade.raised(text, metadata.version) == text
        new = re.sub(r"= \d+\.\d+(\.\d+)?", lambda old: f"= 999.8{'.7' if old[1] else ''}", text)
        assert upgrade.raised(text, lambda _: "999.8.7") == new


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


def test_what_stands_in_the_way_is_said_in_one_line_before_anything_is_installed(changed):
    command = [sys.executable, "-m", "tests.support.upgrade"]
    assert one_line(run(*command, cwd=changed)).startswith("upgrade: commit your changes first")
    (changed / "results").rmdir()
    (changed / "results").touch()
    done = run(*command, cwd=changed)
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
