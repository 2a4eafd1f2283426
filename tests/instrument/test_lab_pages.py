"""The lab's pages at every width, before a run and after it, closed, and over several processes of Locust."""

import json
import signal
from contextlib import ExitStack, contextmanager

import pytest

from instrument.edges import processes
from instrument.edges.processes import free_port, wait_until
from instrument.servers import SUBJECTS
from tests.support import browser
from tests.support.opened_lab import asked, lab_data, lines_now, near, opened

LIGHT, DARK = "rgb(255, 255, 255)", "rgb(20, 23, 26)"


LOCUST = ["locust", "--locustfile", "instrument/locustfiles/lab.py,locustfile.py", "WsgiUser"]


@contextmanager
def page_of(log, *arguments, server=8000):
    """Open the page of a Locust; no server is needed."""
    port = free_port()
    command = [*LOCUST, f"--host=http://127.0.0.1:{server}", f"--web-port={port}", *arguments]
    with processes.serving("Locust", command, port, log):
        yield f"http://127.0.0.1:{port}"


@pytest.mark.long
@browser.NEEDS_BROWSER
def test_link_to_the_lab_lies_over_nothing(tmp_path):
    with page_of(tmp_path / "log") as address, browser.participant() as person:
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


@pytest.mark.long
@browser.NEEDS_BROWSER
def test_the_pages_have_names_for_everything_and_a_switch_for_dark(tmp_path):
    with page_of(tmp_path / "log") as address, browser.participant() as person:
        page = person.page
        for path in ("lab", "lab/staircase"):
            page.goto(f"{address}/{path}")
            page.evaluate("localStorage.clear()")
            page.reload()
            switch = page.get_by_role("button", name="colours:")
            for name, background in (("dark", DARK), ("light", LIGHT), ("auto", LIGHT)):
                switch.click()
                assert switch.get_attribute("aria-label") == f"colours: {name}"
                page.reload()
                shown = page.evaluate("getComputedStyle(document.body).backgroundColor")
                assert shown == background, name
                assert not browser.violations(page), f"{path}, {name}"
        assert not person.trouble


def test_a_lab_that_is_opened_anew_is_another_run(tmp_path):
    with page_of(tmp_path / "first") as first, page_of(tmp_path / "second") as second:
        assert lab_data(first)["run"] != lab_data(second)["run"]


RIGHT_EDGES = """() => {
  const edge = (node) => {
    const text = document.createRange();
    text.selectNodeContents(node);
    return text.getBoundingClientRect().right;
  };
  const cells = [...document.querySelectorAll("tbody tr")].map((row) => [...row.cells].slice(1).map(edge));
  return { headings: [...document.querySelectorAll("thead th")].slice(1).map(edge), cells };
}"""


@pytest.mark.long
@browser.NEEDS_BROWSER
def test_page_says_what_to_press_that_a_start_was_refused_and_that_the_lab_was_closed(tmp_path):
    with (
        opened(tmp_path / "log", "--workers", "1") as (lab, _, address),
        browser.participant() as person,
    ):
        page = person.page

        def header():
            return page.locator("header").inner_text()

        page.goto(f"{address}/lab")
        page.get_by_text("press Start in Locust’s page").wait_for()
        for chart in ("throughput", "latency"):
            assert page.locator(f"#{chart} polyline.predicted").count() == 2
        asked(address, "/swarm", user_count=12, spawn_rate=12, host="")
        wait_until(lambda: "12 users" in header())
        wait_until(lambda: lines_now(address)[1]["median"])
        edges = page.evaluate(RIGHT_EDGES)
        for row in edges["cells"]:
            assert row == pytest.approx(edges["headings"], abs=1), "numbers below their headings"
        asked(address, "/stop", by="test")
        wait_until(lambda: "stopped" in header())
        assert page.get_by_text("was refused").count() == 0
        asked(address, "/swarm", user_count=2, spawn_rate=2, host="http://127.0.0.1:1")
        page.get_by_text("The last Start was refused").wait_for()
        asked(address, "/swarm", user_count=2, spawn_rate=2, host="")
        wait_until(lambda: "2 users" in header() and "refused" not in page.inner_text("#note"))
        lab.send_signal(signal.SIGINT)
        assert lab.wait(15) == 0
        page.get_by_text("Locust does not answer").wait_for()
        assert "closed" in header()
        assert "user" not in header()
        assert page.inner_text("#when") == "at the end"


@pytest.mark.long
@browser.NEEDS_BROWSER
def test_staircase_waits_for_load_and_queue_fills_the_window_and_says_that_the_lab_was_closed(
    tmp_path,
):
    with (
        opened(tmp_path / "log", "--workers", "1") as (lab, _, address),
        browser.participant() as person,
    ):
        page = person.page
        asked(address, "/swarm", user_count=12, spawn_rate=12, host="")
        wait_until(lambda: lines_now(address) and lines_now(address)[0]["users"] == 6)
        page.goto(f"{address}/lab/staircase")
        person.press("one host name")
        page.get_by_text("press Stop in Locust’s page first").wait_for()
        asked(address, "/stop", by="test")
        wait_until(lambda: lab_data(address)["state"] == "stopped")
        person.press("one host name")
        page.get_by_text("is not empty yet").wait_for()
        person.press("wait, then send")
        page.get_by_text("All are answered.").wait_for()
        assert round(person.answered()["sync"][0]) == 1, "no ghost was before it"
        assert person.answered()["sync"][-1] >= 12
        for section in page.locator("section").all():
            picture, text = section.locator("svg").bounding_box(), section.locator(".answered")
            assert picture["height"] > browser.SIZE["height"] / 2
            assert picture["y"] + picture["height"] <= browser.SIZE["height"]
            assert text.bounding_box()["height"] < 40, "one line"
        assert person.trouble == []  # so far: the browser logs what it can't fetch
        lab.send_signal(signal.SIGINT)
        assert lab.wait(15) == 0
        person.press("one host name")
        page.get_by_text("The lab does not answer").wait_for()
        assert page.get_by_text("Failed to fetch").count() == 0


@pytest.mark.measures(seconds=44)
def test_master_and_two_workers_show_one_line(tmp_path):
    port, meet, sync = free_port(), free_port(), SUBJECTS["sync"]
    master = "--master", "--master-bind-host=127.0.0.1", f"--master-bind-port={meet}"
    worker = [*LOCUST, "--worker", "--master-host=127.0.0.1", f"--master-port={meet}"]
    with ExitStack() as stack:
        command, log = sync.command(port, 4), tmp_path / "server.log"
        stack.enter_context(processes.serving("sync", command, port, log, sync.server.booted, 4))
        page = stack.enter_context(page_of(tmp_path / "master.log", *master, server=port))
        for number in range(2):
            stack.enter_context(processes.running(worker, tmp_path / f"worker{number}.log"))
        wait_until(lambda: json.loads(asked(page, "/worker-count"))["worker_count"] == 2)
        asked(page, "/swarm", user_count=12, spawn_rate=12)

        def merged():
            stats = json.loads(asked(page, "/stats/requests"))["stats"]
            rows = {row["name"]: row["current_rps"] for row in stats}
            for line in lines_now(page):
                if rows.get("wsgi") == near(4) and line["throughput"] == near(4):
                    return (line["users"], line["ceiling"], line["median"]) == (12, 4, near(3))

        wait_until(merged, seconds=40)
        for users in (2, 4):
            asked(page, "/swarm", user_count=users, spawn_rate=users)
            wait_until(lambda: lines_now(page)[0]["users"] == users, seconds=20)  # noqa: B023
        came = lab_data(page)["samples"][-1]["at"]
        wait_until(lambda: lab_data(page)["samples"][-1]["at"] >= came + 3)
        assert lines_now(page)[0]["throughput"] == near(4)
