"""What a new machine gets: .ci/install, on a machine that lacks everything, and the dev container."""

import json
import os
import re
import shutil
import sys

import pytest

from instrument.edges import tools
from instrument.edges.check import PORTS
from instrument.edges.processes import ROOT
from tests.support.commands import run

NEEDED = ("bash", "dirname", "env")  # by the script itself
CONTAINER = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text("utf-8"))


@pytest.fixture
def bare(tmp_path):
    """A folder for the PATH of a machine that has nothing but Python and a stub of apt-get."""
    for name in NEEDED:
        (tmp_path / name).symlink_to(shutil.which(name))
    (tmp_path / "python3").symlink_to(sys.executable)
    stub(tmp_path / "sudo", 'exec "$@"')
    return tmp_path


def stub(path, script):
    path.write_text(f"#!/bin/bash\n{script}\n", "utf-8")
    path.chmod(0o755)


def install(path):
    return run(ROOT / ".ci/install", env={**os.environ, "PATH": str(path)})


def test_everything_that_is_missing_is_installed_and_each_package_once(bare):
    stub(bare / "apt-get", 'echo "$@"')
    done = install(bare)
    update, installed = done.stdout.splitlines()
    assert (update, done.returncode) == ("update -qq", 0)
    assert installed.startswith("install -y -qq ")
    packages = installed.split()[3:]
    assert {"curl", "iproute2", "make", "procps", "chromium"} <= set(packages)
    assert len(packages) == len(set(packages))


def test_a_package_that_can_not_be_installed_is_a_failure(bare):
    stub(bare / "apt-get", 'echo "E: Unable to locate package" >&2; exit 100')
    assert install(bare).returncode == 100


def test_a_machine_without_apt_is_told_in_one_line_what_it_lacks(bare):
    done = install(bare)
    [line] = done.stderr.splitlines()
    assert line.startswith("There is no apt-get here: install yourself what brings ")
    assert "curl" in line.split()
    assert done.returncode == 1


def test_nothing_is_installed_where_nothing_is_missing(bare):
    for tool in {**tools.DEBIAN, **tools.FOR_TESTS}:
        stub(bare / tool, "")
    stub(bare / "apt-get", "exit 100")
    done = install(bare)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_front_page_names_the_python_of_the_container():
    version = re.search(r"python:(3\.\d+)-", CONTAINER["image"])[1]
    assert f"GitHub Codespaces: Python {version}, and" in (ROOT / "README.md").read_text("utf-8")


def test_the_container_installs_with_the_same_script_and_forwards_every_port_by_name():
    assert os.access(ROOT / CONTAINER["onCreateCommand"], os.X_OK)
    assert set(CONTAINER["forwardPorts"]) == set(PORTS)
    assert {int(port) for port in CONTAINER["portsAttributes"]} == set(PORTS)
    for attributes in CONTAINER["portsAttributes"].values():
        assert attributes["label"]
        assert attributes["requireLocalPort"], "or another port than the pages say"
