"""Where chapter 6 says that headers are cut off: a little below it, a request is answered."""

import pytest

from instrument.faults.rig import ask, nginx, running
from instrument.processes import ROOT
from instrument.servers import BY_NAME
from instrument.tools import lacking

KB = 1024
OF_GUNICORN = [("X-Big", 8_000, 200), ("X-Big", 8_200, 431)]
OF_H11 = [("X-Big", 63 * KB, 200), ("X-Big", 65 * KB, 400)]


def big(name, size):
    return {name: "x" * (size - len(name))}


@pytest.mark.parametrize(
    ("name", "options", "limits"),
    [
        ("sync", "", OF_GUNICORN),
        ("gthread", "", OF_GUNICORN),
        ("asgi", "", OF_GUNICORN),
        ("uvicorn", "--http h11", OF_H11),
    ],
)
def test_a_server_cuts_headers_off(name, options, limits):
    with running(BY_NAME[name], options, workers=1) as run:
        for header, size, status in limits:
            assert ask(run.port, headers=big(header, size)).status == status, size


@pytest.mark.skipif(lacking("nginx") != "", reason=lacking("nginx"))
@pytest.mark.parametrize(
    ("sizes", "status"),
    [([7 * KB], 200), ([9 * KB], 400), ([7 * KB] * 4, 200), ([7 * KB] * 5, 400)],
)
def test_nginx_cuts_headers_off(sizes, status):
    every = {f"X-{number}": "x" * size for number, size in enumerate(sizes)}
    with (
        running(BY_NAME["uvicorn"], workers=1) as run,
        nginx(ROOT / "connections" / "nginx.conf", run.port) as proxy,
    ):
        assert ask(proxy.port, headers=every).status == status
