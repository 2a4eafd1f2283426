"""The lab, in a real browser."""

import json
import signal
import socket

import psutil
import pytest

from instrument.edges.clients import status_of
from instrument.edges.processes import free_port, wait_until
from tests.support import browser
from tests.support.commands import compare, one_line
from tests.support.offspring import gone
from tests.support.opened_lab import asked, lab_data, lines_now, most, near, opened


def throughputs(shown):
    return {name: line["throughput"] for name, line in shown.items()}


def ends_on_ctrl_c(process, log):
    every = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    assert process.wait(15) == 0
    assert log.read_text(encoding="utf-8").endswith("Both servers and Locust are stopped.\n")
    wait_until(lambda: gone(every))


@pytest.mark.measures(seconds=60)
@browser.NEEDS_BROWSER
def test_participant_watches_two_lines_part(tmp_path):
    log = tmp_path / "log"
    with opened(log) as (lab, port, page), browser.participant() as person:
        person.page.goto(page)
        person.fill_in(40, 4)
        person.press("Start")
        person.page.get_by_role("table").wait_for()
        expected = {"sync": near(4), "uvicorn-worker": near(20), "Aggregated": near(24)}
        wait_until(lambda: person.statistics() == expected, seconds=40)

        person.follow("The lab")
        columns = "throughput", "ceiling", "median", "p95", "predicted_latency"
        numbers = {"sync": (4, 4, 5, 5, 5), "uvicorn-worker": (20, 20, 1, 1, 1)}
        expected = {name: dict(zip(columns, map(near, each))) for name, each in numbers.items()}
        wait_until(lambda: person.lines() == expected)
        text = person.page.locator("table").inner_text()
        assert "20 users on 4 slots: each waits 5 s" in text
        assert "20 users, a slot for each: each waits 1 s" in text
        points = points_of(person)
        assert points > 10, "the history from before the page was opened"
        person.page.reload()
        wait_until(lambda: points_of(person) >= points)

        person.follow("Locust’s page")
        person.press("Edit")
        person.fill_in(80, 40)
        person.press("Update")
        person.follow("The lab")
        wait_until(
            lambda: throughputs(person.lines()) == {"sync": near(4), "uvicorn-worker": near(40)}
        )
        wait_until(lambda: person.lines()["sync"]["median"] == near(10), seconds=25)
        wait_until(lambda: follows(lab_data(page)["samples"]))

        person.follow("Locust’s page")
        person.press("Stop")
        kill_server(lab, port)
        wait_until(lambda: "sync ended with status 0" in log.read_text(encoding="utf-8"))
        person.press("New")
        person.press("Start")
        person.tab("Failures")
        person.page.get_by_text(f"SyncUser: no server is up at http://127.0.0.1:{port}").wait_for()
        assert len(lab_data(page)["samples"]) > 30, (
            "of the run before, since this one did not start"
        )
        assert person.trouble == []
        ends_on_ctrl_c(lab, log)


def points_of(person):
    lines = person.page.locator("#throughput polyline")
    return len(lines.first.get_attribute("points").split()) if lines.count() else 0


def follows(samples):
    """Check the numbers 3 s after the last user came, and when all have been answered since."""
    came = next(
        each["at"] for each in samples if sum(line["users"] for line in each["lines"]) == 80
    )
    later = [
        next((each for each in samples if each["at"] >= came + more), None) for more in (3, 13)
    ]
    if not all(later):
        return False
    assert [line["throughput"] for line in later[0]["lines"]] == [near(4), near(40)]
    assert [line["median"] for line in later[1]["lines"]] == [near(10), near(1)]
    return True


def kill_server(lab, port):
    """End the master that listens on a port, as somebody does who closes its terminal."""
    every = psutil.Process(lab.pid).children()
    [master] = (each for each in every if f"127.0.0.1:{port}" in each.cmdline())
    master.terminate()


@pytest.mark.measures(seconds=17)
@browser.NEEDS_BROWSER
def test_staircase_beside_a_wall(tmp_path):
    with opened(tmp_path / "log") as (lab, port, page), browser.participant() as person:
        person.page.goto(f"{page}/lab")
        person.follow("Twelve requests")

        for button, slots in (
            ("one host name", {"sync": 4, "uvicorn-worker": 6}),  # a browser's connections to it
            ("two host names, by turns", {"sync": 4, "uvicorn-worker": 12}),
        ):
            person.press(button)
            person.page.get_by_text("All are answered.").wait_for()
            wait_until(lambda: all(len(times) == 12 for times in person.answered().values()))
            answered = person.answered()
            assert answered.keys() == slots.keys()
            for name, times in answered.items():  # of 1 s each; a busy browser sends some late
                assert most(times, 0.5) <= slots[name] <= most(times, 1), (button, name, times)
        assert person.trouble == []

        kill_server(lab, port)
        wait_until(lambda: status_of(port) is None)
        person.press("one host name")
        person.page.get_by_text(f"sync does not answer at http://127.0.0.1:{port}").wait_for()


@pytest.mark.long
@browser.NEEDS_BROWSER
def test_pages_fit_a_narrow_window_and_long_names(tmp_path):
    arguments = ("sync-minimal", "uvicorn-worker-minimal")
    with opened(tmp_path / "log", *arguments) as (_, _, page), browser.participant() as person:
        asked(page, "/swarm", user_count=2, spawn_rate=2, host="")
        person.page.goto(f"{page}/lab")
        names = person.page.locator("svg .name")
        names.first.wait_for()
        for name in names.all():
            assert name.evaluate("node => node.getBBox().x + node.getBBox().width") <= 900
        person.page.set_viewport_size({"width": 400, "height": 800})
        for path in ("/lab", "/lab/staircase"):
            person.page.goto(f"{page}{path}")
            assert person.page.evaluate("document.documentElement.scrollWidth") <= 400
        assert person.trouble == []


def test_lab_of_two_servers_of_one_interface(tmp_path):
    log = tmp_path / "log"
    arguments = ("sync", "gthread", "--users", "6", "--spawn-rate", "6", "--workers", "2")
    with opened(log, *arguments) as (lab, _, page):
        assert '"num_users": 6' in asked(page, "/")
        asked(page, "/swarm", user_count=6, spawn_rate=6, host="")
        wait_until(lambda: [line["ceiling"] for line in lines_now(page)] == [2, 3])
        assert [each["name"] for each in lab_data(page)["servers"]] == ["sync", "gthread"]
        ends_on_ctrl_c(lab, log)


@pytest.mark.measures(seconds=28)
def test_p95_of_all_requests_falls_while_one_server_gets_slower(tmp_path):
    def p95_and_median_of_sync():
        stats = json.loads(asked(page, "/stats/requests"))
        percentiles = stats["current_response_time_percentiles"]
        return percentiles["response_time_percentile_0.95"], lines_now(page)[0]["median"]

    with opened(tmp_path / "log", "--workers", "1") as (_, _, page):
        asked(page, "/swarm", user_count=8, spawn_rate=8, host="")
        # of 5 answers a second, 1 comes from sync: more than one in twenty
        wait_until(
            lambda: lines_now(page) and p95_and_median_of_sync() == (near(4000), near(4)),
            seconds=40,
        )
        asked(page, "/swarm", user_count=60, spawn_rate=60, host="")
        # of 31, 1: less than one in twenty
        wait_until(
            lambda: p95_and_median_of_sync()[0] == near(1000) and p95_and_median_of_sync()[1] > 10,
            seconds=60,
        )


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["--port", "8088"], 1, "port 8089 is for a server: choose another with --web-port"),
        (["--users", "1"], 2, "from 2 to 10000"),
        (["sync", "sync"], 1, "name two different ones"),
    ],
)
def test_what_the_lab_can_t_do_is_said_in_a_line(arguments, status, message):
    assert message in one_line(compare("lab", *arguments), status=status)


@pytest.mark.parametrize(("taken", "option"), [(0, "--port"), (1, "--port"), (2, "--web-port")])
def test_taken_port_is_said_before_anything_starts(taken, option):
    port = free_port(3)
    with socket.create_server(("127.0.0.1", port + taken)):
        done = compare("lab", "--port", port, "--web-port", port + 2)
    assert f"choose another with {option}" in one_line(done)
    assert done.stdout == ""
