"""Every cell of chapter 5's table, done anew to the real servers, and its client."""

import signal

import pytest
from compare.processes import free_port
from tests.cells import Chapter, check_interruption, check_no_server, client

from production import faults

CHAPTER = Chapter("production/faults", faults.LABS)


@pytest.mark.parametrize(("lab", "server"), CHAPTER.cells())
def test_a_cell_of_the_table(restless, lab, server):
    CHAPTER.check(lab, server)


@pytest.mark.parametrize(("lab", "server"), CHAPTER.cells(takes_all_cpus=True))
def test_a_cell_under_full_load(all_cpus, lab, server):
    CHAPTER.check(lab, server)


def test_the_table_stands_in_the_chapter():
    CHAPTER.check_table()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing(restless, number, tmp_path):
    check_interruption("production.faults", number, tmp_path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["4", "--host", "10.0.0.1"], "only 127.0.0.1 is attacked, not '10.0.0.1'"),
        (["4", "--host", "localhost"], "only 127.0.0.1 is attacked"),
        (["4", "--seconds", "00000000199999"], "is not a number from 1 to 60"),
        (["501"], "'501' is not a number from 1 to 500"),
        (["4", "--seconds", "61"], "'61' is not a number from 1 to 60"),
    ],
)
def test_slow_client_is_bounded_and_stays_on_this_machine(arguments, message):
    done = client("production.slow_client", *arguments)
    assert done.returncode == 2
    assert message in done.stderr


def test_slow_client_says_where_no_server_is():
    check_no_server("production.slow_client", free_port(), "4")
