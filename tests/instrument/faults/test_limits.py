"""Where chapter 6 says that headers are cut off: a little below it, a request is answered."""

import pytest

from instrument.edges.clients import connected
from instrument.edges.processes import ROOT
from instrument.edges.tools import lacking
from instrument.faults.fixtures import ask, launched, nginx
from instrument.programs import GUNICORNS
from instrument.servers import BY_NAME, SERVERS

KB = 1024


@pytest.mark.parametrize(
    "server", [each for each in SERVERS if each.program is GUNICORNS and not each.needs]
)
def test_gunicorn_s_own_workers_limit_each_header(server):
    with launched(server, workers=1) as run:
        for size, status in [(8_000, 200), (8_200, 431)]:
            assert ask(run.port, headers={"X-Big": "x" * size}).status == status, size


def test_h11_limits_headers_that_have_not_ended():
    with launched(BY_NAME["uvicorn"], "--http=h11", workers=1) as run:
        assert ask(run.port, headers={"X-Big": "x" * 63 * KB}).status == 200
        with connected(run.port, end=b"\r\nX-Big: " + b"x" * 65 * KB) as connection:
            assert connection.recv(12) == b"HTTP/1.1 400"


@pytest.mark.skipif(lacking("nginx") != "", reason=lacking("nginx"))
@pytest.mark.parametrize(
    ("sizes", "status"),
    [([7 * KB], 200), ([9 * KB], 400), ([7 * KB] * 4, 200), ([7 * KB] * 5, 400)],
)
def test_nginx_cuts_headers_off(sizes, status):
    every = {f"X-{number}": "x" * size for number, size in enumerate(sizes)}
    with (
        launched(BY_NAME["uvicorn"], workers=1) as run,
        nginx(ROOT / "connections" / "nginx.conf", run.port) as proxy,
    ):
        assert ask(proxy.port, headers=every).status == status
