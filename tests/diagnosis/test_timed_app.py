"""What a client may send to the middleware of chapter 8, which readers copy."""

from instrument.edges.processes import wait_until
from instrument.faults.fixtures import ask, launched
from instrument.servers import BY_NAME

APPS = {"asgi": "diagnosis.timed_app:app"}


def test_a_header_that_is_no_number_is_taken_for_none():
    with launched(BY_NAME["uvicorn"], workers=1, apps=APPS) as run:
        assert ask(run.port, headers={"X-Request-Start": "garbage"}).status == 200
        wait_until(lambda: run.said("/ waited 0.0 s") > 1)  # one was asked before
