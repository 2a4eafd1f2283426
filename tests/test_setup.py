"""What make says and does before anything is installed, in a copy that has no packages."""

import os
import re
import shutil
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from instrument.edges.errors import not_installed
from instrument.edges.processes import ROOT
from instrument.edges.tools import find, lacking
from tests.support.commands import one_line, run
from tests.support.readme import steps

pytestmark = pytest.mark.skipif(lacking("make") != "", reason=lacking("make"))
OLD = '#!/bin/sh\ncase "$*" in *version_info*) exit 1;; esac\n'
UV = find("uv")
BARE = '#!/bin/sh\ncase "$*" in *ensurepip*) exit 1;; esac\n'


@pytest.fixture
def copy(tmp_path):
    for name in (
        "Makefile",
        "instrument/edges/install.py",
        "requirements.txt",
        *(f"{path.parent.name}/requirements.txt" for path in ROOT.glob("[!.]*/requirements.txt")),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def make(folder, *arguments):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return run("make", *arguments, cwd=folder, env=kept, seconds=200)


def test_what_make_alone_lists_and_the_text_calls_make_makes_something(copy):
    pages = [path.read_text(encoding="utf-8") for path in ROOT.glob("*/README.md")]
    listed = set(re.findall(r"^make (\w+) ", make(copy).stdout, re.MULTILINE))
    named = set(re.findall(r"`make (\w+)", "".join(pages)))
    assert {"setup", "compare", "test"} <= listed and named
    for target in listed | named:
        assert make(copy, "--dry-run", target).returncode == 0, target


@pytest.mark.parametrize(
    ("name", "stub", "message"),
    [
        ("python", None, "{} is not installed: install Python 3.11 or newer"),
        ("python", OLD, "{} is too old: install Python 3.11 or newer"),
        ("python", BARE, "{} has no venv module: sudo apt install python3-venv"),
        (".venv/bin/python", OLD, ".venv/ has no Python 3.11 or newer: remove it"),
    ],
)
def test_python_that_will_not_do_is_said_in_one_line(name, stub, message, copy):
    python = copy / name
    if stub:
        python.parent.mkdir(parents=True, exist_ok=True)
        python.write_text(stub, encoding="utf-8")
        python.chmod(0o755)
    before = set(copy.rglob("*"))
    done = make(copy, "setup", *([f"PYTHON={python}"] if name == "python" else []))
    assert done.returncode == 2
    told, makes_own = done.stderr.splitlines()
    assert told.startswith(message.format(python))
    assert makes_own.startswith("make: ***")
    assert set(copy.rglob("*")) == before


@pytest.mark.long
def test_an_environment_is_left_alone_and_an_interrupted_installation_is_finished(copy):
    environment = copy / ".venv"
    run(sys.executable, "-m", "venv", "--without-pip", environment)  # as `uv venv` makes it
    (environment / "precious").touch()
    (copy / "requirements.txt").write_text("./what-is-not-there\n", encoding="utf-8")
    assert make(copy, "setup").returncode == 2
    assert not (environment / "installed").exists()
    (copy / "requirements.txt").write_text("# nothing\n", encoding="utf-8")
    assert make(copy, "setup").returncode == 0
    assert (environment / "installed").exists()
    assert (environment / "precious").exists()
    assert run(environment / "bin/python", "-m", "pip", "--version").returncode == 0


def test_a_second_call_installs_nothing_and_a_changed_requirements_file_does(copy):
    (copy / ".venv").mkdir()
    for stamp in ("installed", "installed-for-tests"):
        (copy / ".venv" / stamp).touch()
    assert "install.py" not in make(copy, "--dry-run", "test").stdout
    os.utime(copy / "tests/requirements.txt", (2**31, 2**31))
    assert make(copy, "--dry-run", "test").stdout.count("install.py") == 1
    os.utime(copy / "requirements.txt", (2**31, 2**31))
    assert make(copy, "--dry-run", "test").stdout.count("install.py") == 2


SOURCE = {"PKG-INFO": "Metadata-Version: 2.1\nName: source\nVersion: 1\n", "setup.py": "1 / 0\n"}


@pytest.mark.parametrize(
    ("requirements", "reason"),
    [
        ("source\n", "source has no wheel for Python "),
        ("needs-source\n", "source has no wheel for Python "),
        ("needs-source != 2\n", "source>=1 (from needs-source) has no wheel for "),
        ("--index-url http://127.0.0.1:1/\nsource\n", "the package index can't be reached: "),
        ("source ??\n", "ERROR: Invalid requirement: "),
    ],
)
def test_what_can_not_be_installed_is_said_in_one_line(requirements, reason, copy):
    with tarfile.open(copy / "source-1.tar.gz", "w:gz") as archive:
        for name, text in SOURCE.items():
            (copy / name).write_text(text, encoding="utf-8")
            archive.add(copy / name, f"source-1/{name}")
    for version in "12":
        make_wheel(copy, "needs_source", version, **{"Requires-Dist": "source >= 1"})
    (copy / "requirements.txt").write_text(requirements, encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    pip = {"CONFIG_FILE": os.devnull, "DRY_RUN": "1", "RETRIES": "1"}
    pip |= {"FIND_LINKS": copy, "NO_INDEX": "1"} if "index" not in requirements else {}
    kept |= {f"PIP_{name}": str(value) for name, value in pip.items()}
    done = run(
        sys.executable, "instrument/edges/install.py", "requirements.txt", cwd=copy, env=kept
    )
    assert one_line(done).startswith(f"requirements.txt can't be installed: {reason}")
    assert done.stdout == ""


def make_wheel(folder, name, version="1", **more):
    """Write a package of one empty module, so that installing it needs no network."""
    about = f"{name}-{version}.dist-info"
    told = {"Metadata-Version": "2.1", "Name": name, "Version": version, **more}
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}.py", "")
        wheel.writestr(f"{about}/METADATA", "".join(f"{key}: {told[key]}\n" for key in told))
        wheel.writestr(
            f"{about}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        wheel.writestr(
            f"{about}/RECORD",
            "".join(f"{each},,\n" for each in [*wheel.namelist(), f"{about}/RECORD"]),
        )


@pytest.mark.skipif(not UV, reason=not_installed("uv", "pip install uv"))
def test_uv_makes_an_environment_as_the_front_page_says(copy):
    [step] = (
        step
        for step in steps((ROOT / "README.md").read_text(encoding="utf-8"))
        if "uv venv" in step.text
    )
    wheels = copy / "wheels"
    wheels.mkdir()
    for name in ("pip", "setuptools", "wheel", "wanted"):  # the first three: what --seed brings
        make_wheel(wheels, name)
    (copy / "requirements.txt").write_text("wanted >= 1\n", encoding="utf-8")
    environment = {
        "PATH": f"{Path(sys.base_prefix) / 'bin'}:{Path(UV).parent}:{os.defpath}",
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_OFFLINE": "1",
        "UV_NO_INDEX": "1",
        "UV_NO_CACHE": "1",
        "UV_FIND_LINKS": str(wheels),
    }
    script = " && ".join([*(command.text for command in step.commands), "which python"])
    done = run("bash", "--noprofile", "--norc", "-c", script, cwd=copy, env=environment)
    python = str(copy / ".venv/bin/python")
    assert (done.returncode, done.stdout) == (0, f"{python}\n"), done.stderr
    assert run(python, "-c", "import pip, wanted").returncode == 0
