"""What the lab's pages show at every width, before a run, after it, and when the lab was closed."""

import signal

import pytest

from instrument.processes import wait_until
from tests.support import browser
from tests.support.opened_lab import asked, lab_data, lines_now, opened

needs_browser = pytest.mark.skipif(not browser.executable(), reason=browser.INSTALL)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@needs_browser
def test_link_to_the_lab_lies_over_nothing(tmp_path, scheme):
    with (
        opened(tmp_path / "log", "--workers", "1") as (_, _, page),
        browser.participant(color_scheme=scheme) as person,
    ):
        person.page.goto(page)
        link = person.page.get_by_role("link", name="The lab")
        for width in (800, 1024, 1280, 1366, 1600, 1920):
            person.page.set_viewport_size({"width": width, "height": 768})
            row, header = link.bounding_box(), person.page.locator("header").first.bounding_box()
            assert row["y"] + row["height"] <= header["y"], width
            assert 0 <= row["x"] and row["x"] + row["width"] <= width


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
        assert person.page.locator("#throughput line").count() > 3, "axes"
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
