"""A release: one version in each file that names it, and workflows that run what there is."""

import os
import re
import tomllib

from instrument.edges.processes import ROOT
from tests.support.commands import run


def test_every_file_names_the_same_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    released = re.findall(
        r"^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d\d-\d\d)$",
        (ROOT / "CHANGELOG.md").read_text("utf-8"),
        re.MULTILINE,
    )
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    assert released[0][0] == project
    assert f"\nversion: {project}\n" in citation
    assert f"\ndate-released: {released[0][1]}\n" in citation
    assert released == sorted(released, reverse=True, key=lambda each: each[1])


def test_the_workflows_run_what_there_is():
    words = {
        word
        for path in (ROOT / ".github/workflows").glob("*.yml")
        for word in re.findall(r"^ +- run: .*?(\.ci/.+)$", path.read_text("utf-8"), re.MULTILINE)
    }
    assert words == {".ci/install", ".ci/run", ".ci/run upgrade"}
    for word in words:
        script, _, target = word.partition(" ")
        assert os.access(ROOT / script, os.X_OK)
        assert run("make", "--dry-run", target or "test").returncode == 0


def test_the_front_page_names_what_the_workflow_runs():
    workflow = (ROOT / ".github/workflows/test.yml").read_text("utf-8")
    pythons, debians = (
        re.findall(r'"([\w.]+)"', re.search(rf"^ +{name}: \[(.+)\]$", workflow, re.MULTILINE)[1])
        for name in ("python", "debian")
    )
    oldest, newest = (int(each.removeprefix("3.")) for each in (pythons[0], pythons[-1]))
    assert pythons == [f"3.{minor}" for minor in range(oldest, newest + 1)]
    said = f"Debian {', '.join(debians[:-1])} and {debians[-1]}, with Python {pythons[0]} to {pythons[-1]},"
    assert said in " ".join((ROOT / "README.md").read_text("utf-8").split())
