"""What is said of a program that is not installed, or may not do its work."""

import re
import sys

import pytest

from instrument.edges import tools

REFUSED = "Permission Denied: Try running again with elevated permissions"


@pytest.fixture
def spy(monkeypatch, tmp_path):
    program = tmp_path / "py-spy"

    def that(script):
        program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        program.chmod(0o755)
        tools.refused.cache_clear()
        monkeypatch.setattr(tools, "find", lambda tool: str(program))
        return tools.lacking("py-spy")

    yield that
    tools.refused.cache_clear()


def test_a_system_that_refuses_py_spy_is_named_in_one_line_with_the_way_out(spy):
    told = spy(f"echo '{REFUSED}' >&2; exit 1")
    assert told.startswith("py-spy may not attach to a process: ")
    assert "sudo sysctl kernel.yama.ptrace_scope=0" in told
    assert "SYS_PTRACE" in told
    assert len(told.splitlines()) == 1


@pytest.mark.parametrize("script", ["exit 0", "echo 'Failed to find python version' >&2; exit 1"])
def test_py_spy_that_is_not_refused_is_tried(spy, script):
    assert spy(script) == ""


@pytest.mark.parametrize("tool", ["curl", "initdb", "wrk", "py-spy", "prometheus_client"])
def test_what_is_not_installed_is_told_with_what_installs_it(tool, monkeypatch):
    monkeypatch.setattr(tools, "find", lambda tool: None)
    monkeypatch.setattr(tools, "find_spec", lambda tool: None)
    assert re.match(f"{tool} is not installed: (sudo apt|.* -m pip) install ", tools.lacking(tool))


@pytest.mark.parametrize(
    ("folder", "begin"),
    [
        ("new", "#!{}"),
        ("new", "#!/bin/sh\n'''exec' {} \"$0\" \"$@\""),
        ("it's new", '#!/bin/sh\n\'\'\'exec\' "{}" "$0" "$@"'),
    ],
)
def test_a_script_whose_python_is_gone_was_moved(folder, begin, tmp_path, monkeypatch):
    python = tmp_path / folder / "python"
    python.parent.mkdir()
    python.touch()
    monkeypatch.setattr(sys, "executable", str(python))
    script = python.with_name("locust")
    script.write_text(begin.format(python) + "\nimport locust\n", encoding="utf-8")
    assert tools.moved("locust") == tools.moved("not-there") == ""
    script.write_text(
        begin.format(str(python).replace("new", "old")) + "\nimport locust\n", encoding="utf-8"
    )
    assert "was moved after its set-up, and locust can't start: rm -r " in tools.moved("locust")


def test_a_library_that_the_browser_needs_is_installed_where_it_is_missing(monkeypatch):
    assert tools.loads("libc.so.6")
    monkeypatch.setattr(tools, "LIBRARIES", {"libnowhere.so.1": "libnowhere1"})
    assert "libnowhere1" in tools.packages()
