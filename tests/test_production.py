"""Every cell of the chapter's table, done anew to the real servers."""

import json
import subprocess
import sys

import pytest

from compare.processes import ROOT, free_port
from production.faults import DATA, HERE, LABS, NGINX, NO_NGINX, SERVERS, TABLE, table

TOLD = json.loads(DATA.read_text())
NEEDS_NGINX = pytest.mark.skipif(not NGINX, reason=NO_NGINX)
CELLS = [
    pytest.param(fault, server, marks=NEEDS_NGINX if "nginx" in fault else ())
    for fault in LABS
    for server in SERVERS
]


@pytest.mark.parametrize(("fault", "server"), CELLS, ids=lambda each: getattr(each, "name", each))
def test_a_cell_of_the_table(fault, server):
    assert LABS[fault](server) == TOLD[fault][server.name]


def test_the_table_stands_in_the_chapter():
    assert TABLE.search((HERE / "README.md").read_text())[0] == table(TOLD)


def slow_client(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "production.slow_client", *map(str, arguments)],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=20,
    )


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
    done = slow_client(*arguments)
    assert done.returncode == 2
    assert message in done.stderr


def test_slow_client_says_where_no_server_is():
    port = free_port()
    done = slow_client("4", "--port", port)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"no server at 127.0.0.1:{port}: Connection refused\n"
