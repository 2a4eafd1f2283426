import threading

import pytest

from book.__main__ import SPHINX, page_server
from instrument.edges.processes import ROOT
from tests.support import browser
from tests.support.commands import run

IN_A_BROWSER = [
    browser.NEEDS_BROWSER,
    pytest.mark.xdist_group("book"),  # one build, one browser
    pytest.mark.long,
]


@pytest.fixture(scope="session")
def book(tmp_path_factory):
    """The folder of the book, built once."""
    folder = tmp_path_factory.mktemp("book")
    done = run(*SPHINX, "-c", "book", ROOT, folder, seconds=240)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return folder


@pytest.fixture(scope="session")
def address(book):
    """Where the book is served."""
    with page_server(book, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")  # two of Playwright in one process refuse each other
def reader_of_all():
    with browser.participant(reduced_motion="reduce") as person:
        yield person


@pytest.fixture
def reader(reader_of_all):
    """A reader at a desk, whose browser keeps nothing for the reader after."""
    page = reader_of_all.page
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(media="null", color_scheme="light")
    reader_of_all.trouble.clear()
    yield page
    page.evaluate("localStorage.clear()")
    assert not reader_of_all.trouble
