"""Which modules Python finds: ours, or what is said of others'."""

import os
import shlex
import sys

import pytest

from instrument.edges.check import misleading
from instrument.edges.processes import MISLEADING, ROOT
from instrument.edges.tools import lacking
from tests.support.commands import compare, not_made, one_line, run

NOT_OURS = "raise SystemExit('not ours')"


@pytest.fixture
def theirs(tmp_path):
    """A folder with modules of our names, and with a half of rich."""
    ours = ("command_line", "compare", "exercises", "instrument", "tests", "wsgi", "asgi")
    for name in (*ours, "gunicorn"):
        (tmp_path / f"{name}.py").write_text(NOT_OURS, encoding="utf-8")
    (tmp_path / "rich").mkdir()
    (tmp_path / "rich/__init__.py").touch()
    return tmp_path


def test_a_damaged_package_is_one_line(theirs):
    script = f"import runpy, sys; sys.path[:1] = [{str(ROOT)!r}, {str(theirs)!r}]; "
    script += "runpy.run_module('compare', run_name='__main__')"
    said = one_line(run(sys.executable, "-c", script))
    assert said.startswith("compare: a package is damaged (No module named 'rich.")
    assert said.endswith("-m pip install --force-reinstall -r requirements.txt")


def test_our_command_is_run_and_a_package_of_others_is_one_line(theirs):
    said = one_line(compare("run", env={**os.environ, "PYTHONPATH": str(theirs)}))
    assert said == f"compare: another rich was found, {theirs}/rich/__init__.py: unset PYTHONPATH"


@pytest.mark.parametrize("module", ["compare", "exercises"])
def test_a_file_that_is_named_in_place_of_the_module_is_one_line(module):
    said = one_line(run(sys.executable, f"../{module}", "list", cwd=ROOT / "wsgi"))
    where = f"cd {shlex.quote(str(ROOT))}, then python -m {module}"
    assert said == f"{module}: type it in the root: {where}"


@pytest.mark.skipif(lacking("make") != "", reason=lacking("make"))
@pytest.mark.parametrize(
    "variables", [{"PYTHONPATH": "theirs"}, {"PYTHONSAFEPATH": "1"}, {"PYTHONHOME": "/nowhere"}]
)
def test_make_starts_what_is_ours_and_check_names_the_variable(variables, theirs):
    (theirs / "installed").touch()
    make = "make", f"VENV={theirs}", f"RUN={shlex.quote(sys.executable)}"
    environment = {**not_made(), **variables}
    if "PYTHONPATH" in variables:
        environment["PYTHONPATH"] = str(theirs)
    done = run(*make, "hint", "ARGS=1", env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Exercise 1:")
    [name] = variables
    told = run(*make, "check", env=environment).stdout
    assert f"{name} is set: what you type may not find our modules and packages" in told


def test_a_variable_that_misleads_is_told(monkeypatch):
    for name in MISLEADING:
        monkeypatch.delenv(name, raising=False)
    assert list(misleading()) == []
    monkeypatch.setenv("PYTHONSAFEPATH", "1")
    monkeypatch.setenv("LEFT_OUT", "PYTHONPATH")  # by make
    assert [(str(each)[:4], each.remedy) for each in misleading()] == [
        ("note", "unset PYTHONPATH"),
        ("BAD ", "unset PYTHONSAFEPATH"),
    ]
