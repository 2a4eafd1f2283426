"""A WebSocket passes through nginx only with both headers that ask for one."""

import pytest
from websockets.exceptions import InvalidHandshake
from websockets.sync.client import connect

from instrument.edges.processes import ROOT
from instrument.edges.tools import lacking
from instrument.faults.fixtures import launched, nginx
from instrument.servers import BY_NAME

HEADERS = (
    "proxy_set_header Upgrade $http_upgrade;",
    "proxy_set_header Connection $connection_upgrade;",
)


@pytest.mark.skipif(lacking("nginx") != "", reason=lacking("nginx"))
@pytest.mark.parametrize("chapter", ["production", "connections"])
@pytest.mark.parametrize("header", HEADERS)
def test_without_one_of_the_headers_there_is_no_websocket(chapter, header):
    apps = {"asgi": "asgi.websocket_app:app"}
    with (
        launched(BY_NAME["uvicorn"], workers=1, apps=apps, is_asked=False) as run,
        nginx(ROOT / chapter / "nginx.conf", run.port, (header, ""), is_asked=False) as proxy,
        pytest.raises(InvalidHandshake),
        connect(f"ws://127.0.0.1:{proxy.port}", proxy=None),
    ):
        pass
