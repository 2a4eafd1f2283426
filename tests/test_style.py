import sys

import pytest

from tests.support.commands import run


@pytest.mark.parametrize("arguments", [["format", "--check"], ["check"]])
def test_ruff_has_nothing_to_say(arguments):
    done = run(sys.executable, "-m", "ruff", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_types_of_the_instrument_fit():
    done = run(sys.executable, "-m", "mypy", seconds=150)
    assert done.returncode == 0, done.stdout + done.stderr
