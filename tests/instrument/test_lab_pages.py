"""What the lab's pages show at every width, before a run, after it, and when the lab was closed."""

import signal
from contextlib import contextmanager

import pytest

from instrument import processes
from instrument.processes import free_port, wait_until
from tests.support import browser
from tests.support.opened_lab import asked, lab_data, lines_now, opened

needs_browser = pytest.mark.skipif(not browser.executable(), reason=browser.INSTALL)


@contextmanager
def page_of(log, *arguments):
    """Open the page of a Locust; no server is needed."""
    port = free_port()
    locust = "locust --locustfile instrument/locustfiles/lab.py,locustfile.py WsgiUser"
    command = [locust, "--host http://127.0.0.1:8000 --web-host 127.0.0.1", f"--web-port {port}"]
    with processes.serving("Locust", " ".join([*command, *arguments]), port, log):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def master(log):
    bind = f"--master --master-bind-host 127.0.0.1 --master-bind-port {free_port()}"
    with page_of(log, bind) as page:
        yield page


@needs_browser
@pytest.mark.parametrize("opens", [page_of, master])
def test_link_to_the_lab_lies_over_nothing(tmp_path, opens):
    with opens(tmp_path / "log") as address, browser.participant() as person:
        page = person.page
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.goto(address)
            for width in (800, 1024, 1280, 1366, 1600, 1920):
                page.set_viewport_size({"width": width, "height": 768})
                link = page.get_by_role("link", name="The lab").bounding_box()
                header = page.locator("header").first.bounding_box()
                assert link["y"] + link["height"] <= header["y"], width
                assert 0 <= link["x"] and link["x"] + link["width"] <= width


@needs_browser
def test_page_says_what_to_press_and_that_the_queue_is_not_empty_and_that_the_lab_was_closed(
    tmp_path,
):
    with (
        opened(tmp_path / "log", "--workers", "1") as (lab, _, page),
        browser.participant() as person,
    ):
        person.page.goto(f"{page}/lab")
        person.page.get_by_text("press Start in Locust’s page").wait_for()
        assert person.page.locator("#throughput polyline.predicted").count() == 2, "ceilings"
        asked(page, "/swarm", user_count=12, spawn_rate=12, host="")
        wait_until(lambda: lines_now(page) and lines_now(page)[0]["users"] == 6)
        asked(page, "/stop", by="test")
        wait_until(lambda: lab_data(page)["state"] == "stopped")
        person.page.goto(f"{page}/lab/staircase")
        person.press("one host name")
        person.page.get_by_text("is not empty yet").wait_for()
        person.press("wait, then send")
        person.page.get_by_text("All are answered.").wait_for()
        first = person.answered()["sync"][0]
        assert round(first) == 1, "no ghost was before it"
        lab.send_signal(signal.SIGINT)
        assert lab.wait(15) == 0
        person.press("one host name")
        person.page.get_by_text("The lab does not answer").wait_for()
