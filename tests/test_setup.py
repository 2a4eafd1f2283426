"""What make says and does before anything is installed, in a copy that has no packages."""

import os
import re
import shutil

import pytest

from instrument.processes import ROOT
from tests.support.commands import run

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")
OLD = '#!/bin/sh\ncase "$*" in *version_info*) exit 1;; esac\n'
BARE = '#!/bin/sh\ncase "$*" in *ensurepip*) exit 1;; esac\n'


@pytest.fixture
def copy(tmp_path):
    for name in ("Makefile", "requirements.txt", "tests/requirements.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def make(folder, *arguments):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return run("make", *arguments, cwd=folder, env=kept)


def test_make_alone_lists_what_there_is_to_make(copy):
    listed = set(re.findall(r"^make (\w+) ", make(copy).stdout, re.MULTILINE))
    assert {"setup", "compare", "test"} <= listed
    for target in listed:
        assert make(copy, "--dry-run", target).returncode == 0


def test_what_the_text_calls_make_makes_something(copy):
    named = {
        target
        for path in ROOT.glob("*/README.md")
        for target in re.findall(r"`make (\w+)", path.read_text())
    }
    assert named
    for target in named:
        assert make(copy, "--dry-run", target).returncode == 0, target


@pytest.mark.parametrize(
    ("stub", "message"),
    [
        (None, "is not installed: install Python 3.11 or newer"),
        (OLD, "is too old: install Python 3.11 or newer"),
        (BARE, "has no venv module: sudo apt install python3-venv"),
    ],
)
def test_python_that_will_not_do_is_said_in_one_line(stub, message, copy):
    python = copy / "python"
    if stub:
        python.write_text(stub)
        python.chmod(0o755)
    done = make(copy, "setup", f"PYTHON={python}")
    assert done.returncode == 2
    told, makes_own = done.stderr.splitlines()
    assert told.startswith(f"{python} {message}")
    assert makes_own.startswith("make: ***")
    assert not (copy / ".venv").exists()


def test_a_second_call_installs_nothing_and_a_changed_requirements_file_does(copy):
    (copy / ".venv").mkdir()
    for stamp in ("installed", "installed-for-tests"):
        (copy / ".venv" / stamp).touch()
    assert "pip" not in make(copy, "--dry-run", "test").stdout
    os.utime(copy / "tests/requirements.txt", (2**31, 2**31))
    assert make(copy, "--dry-run", "test").stdout.count("pip install") == 1
    os.utime(copy / "requirements.txt", (2**31, 2**31))
    assert make(copy, "--dry-run", "test").stdout.count("pip install") == 2
