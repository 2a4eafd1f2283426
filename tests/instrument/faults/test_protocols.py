"""A WebSocket passes through nginx only with both headers that ask for one."""

import pytest

from instrument.edges.processes import ROOT
from instrument.edges.tools import lacking
from instrument.faults.protocols import websocket
from instrument.servers import BY_NAME

HEADERS = (
    "proxy_set_header Upgrade $http_upgrade;",
    "proxy_set_header Connection $connection_upgrade;",
)


@pytest.mark.skipif(lacking("nginx") != "", reason=lacking("nginx"))
@pytest.mark.parametrize("chapter", ["production", "connections"])
@pytest.mark.parametrize("header", HEADERS)
def test_without_one_of_the_headers_there_is_no_websocket(chapter, header):
    conf = ROOT / chapter / "nginx.conf"
    assert websocket(BY_NAME["uvicorn"], conf, [(header, "")]) == "a plain 500"
