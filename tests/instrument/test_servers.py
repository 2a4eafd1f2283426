"""Every server is one entry: what is said of servers elsewhere follows from the list."""

import ast
import re

import pytest

from instrument.edges.processes import ROOT, environment
from instrument.servers import EVERYWHERE, PROGRAMS, SERVERS
from tests.support.texts import READMES
from tests.test_house import files

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
COMPARED = r"\b(four|five|six|seven|eight|nine)[\s-]servers\b"


@pytest.mark.parametrize(
    ("pattern", "servers"), [(COMPARED, EVERYWHERE), (r"\ball (\w+) ways to run\b", SERVERS)]
)
def test_the_text_counts_them_right(pattern, servers):
    found = {
        f"{path.relative_to(ROOT)}: {match[0]}": match[1].lower()
        for path in READMES
        for match in re.finditer(pattern, path.read_text(encoding="utf-8"), re.IGNORECASE)
    }
    assert found
    wrong = [where for where, number in found.items() if number != NUMBERS[len(servers)]]
    assert not wrong, f"instrument/servers.py has {len(servers)}"


def asks_for_a_name(node):
    """Return whether a comparison looks at a server's name, where it should look at a trait."""
    return isinstance(node, ast.Compare) and re.search(r"\bserver\.name\b", ast.unparse(node))


def test_what_differs_is_asked_of_a_trait():
    assert asks_for_a_name(ast.parse("each.server.name in THOSE").body[0].value)
    found = [
        f"{path.relative_to(ROOT)}, line {node.lineno}"
        for path in files("instrument", "*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if asks_for_a_name(node)
    ]
    assert not found


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_what_a_program_reads_of_the_environment_is_kept_from_it(program, monkeypatch):
    for name in program.variables:
        monkeypatch.setenv(name, "leaks")
    assert "leaks" not in environment().values()
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert any(re.match(rf"{program.name}\b(?!-)", line) for line in lines)
