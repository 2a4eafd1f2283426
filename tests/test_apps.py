"""One contract for every app that is compared: the same bytes, on every server that can run it."""

import asyncio
import http.client
import sys
from importlib import import_module

import pytest

from instrument.edges import processes
from instrument.servers import SERVERS, SUBJECTS
from tests.support.commands import run

HELLO = ("text/plain", b"Hello, World!\n")
APPS = {
    subject.app: (subject.server.interface, HELLO)
    for subject in SUBJECTS.values()
    if subject.path == "/"
} | {"starlette_api.hello:app": ("asgi", ("application/json", b'{"hello":"world"}'))}
# One that is not ours, with the standard library's validator.
WSGIREF = [sys.executable, "-m", "wsgi.wsgiref_server"]
CASES = [
    (app, server)
    for app, (interface, _) in APPS.items()
    for server in SERVERS
    if server.interface == interface
] + [(app, None) for app, (interface, _) in APPS.items() if interface == "wsgi"]


@pytest.mark.parametrize(("app", "server"), CASES)
def test_same_answer_and_a_clean_log(app, server, tmp_path):
    _, (content_type, body) = APPS[app]
    port, log = processes.free_port(), tmp_path / "log"
    command = server.command(port, 1, app) if server else [*WSGIREF, str(port), app]
    booted = server.booted if server else ""

    with processes.serving(app, command, port, log, booted):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/")
        answer = connection.getresponse()
        assert (answer.status, answer.reason) == (200, "OK")
        assert answer.headers["Content-Type"] == content_type
        assert answer.headers["Content-Length"] == str(len(body))
        assert answer.read() == body
        connection.close()

    said = log.read_text(encoding="utf-8")
    for trouble in ("ERROR", "WARNING", "Traceback", "Exception"):
        assert trouble not in said


def compared(interface):
    return [app for app, (own, expected) in APPS.items() if (own, expected) == (interface, HELLO)]


@pytest.mark.parametrize("app", compared("asgi"))
def test_other_scopes_are_refused_at_once_without_a_message(app):
    module = import_module(app.removesuffix(":app"))

    async def never(*_):
        pytest.fail("a message was exchanged")

    async def ask():
        async with asyncio.timeout(0.5):
            await module.app({"type": "lifespan"}, never, never)

    with pytest.raises(AssertionError):
        asyncio.run(ask())


@pytest.mark.parametrize("app", compared("wsgi"))
def test_the_apps_of_both_interfaces_mirror_each_other(app):
    path = app.removesuffix(":app").partition(".")[2] + ".py"
    done = run("diff", "-y", f"wsgi/{path}", f"asgi/{path}")
    gutter = [line[62:63] for line in done.stdout.expandtabs().splitlines()]
    assert gutter.count(">") == 1, "the ASGI app has one statement more: the check of its scope"
    assert "<" not in gutter
