"""burst.py: what it prints of answers, of lost requests, and of bad input."""

import sys

import pytest

from tests.support.commands import run
from tests.support.moody_server import moody_server


def burst(*arguments):
    leaking = {"http_proxy": "http://127.0.0.1:9", "PATH": ""}
    return run(sys.executable, "burst.py", *arguments, env=leaking)


def test_answers_are_counted_where_they_differ():
    with moody_server() as url:
        told = burst(9, url)
    first, second = told.stdout.splitlines()
    assert first.split()[:2] == ["answered", "after"] and len(first.split()) == 2 + 6 + 1
    assert second == "3 answered with 200, 3 answered with 503, 3 lost"
    assert (told.returncode, told.stderr) == (0, "")


def test_nothing_but_times_when_all_is_well_and_the_query_arrives():
    with moody_server() as url:
        told = burst(4, url + "/?well")
    assert len(told.stdout.splitlines()) == 1 and told.stdout.startswith("answered after 0.")


def test_nobody_listens():
    with moody_server() as url:
        pass
    told = burst(3, url)
    where = url.removeprefix("http://")
    assert told.stderr == f"nothing listens on {where}: start the server first\n"
    assert told.returncode == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((1001, "http://127.0.0.1:1"), "'1001' is not a whole number from 1 to 1000"),
        ((1, "127.0.0.1:8000"), "is not an address like http://127.0.0.1:8000"),
        ((1, "http://127.0.0.1:80000"), "Port out of range"),
        ((1, "http://[::1"), "Invalid IPv6 URL"),
        ((1, "http://example.com"), "example.com is not 127.0.0.1: add --elsewhere"),
    ],
)
def test_bad_input(arguments, says):
    told = burst(*arguments)
    assert says in told.stderr.splitlines()[-1]
    assert told.returncode == 2 and "Traceback" not in told.stderr
