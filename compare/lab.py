"""Another locustfile, before the shared one: a page at /lab with a line for each server.

  locust --locustfile compare/lab.py,locustfile.py

Locust's own charts add both servers up. Here the answers of the last seconds are kept for each
row, and a sample is taken of them each second. Of a distributed run, the workers tell the master.
"""

import os
import time
from collections import deque
from dataclasses import asdict
from pathlib import Path

import gevent
from flask import jsonify, request, send_file
from locust import events
from locust.runners import (
    STATE_RUNNING,
    STATE_SPAWNING,
    WORKER_REPORT_INTERVAL,
    MasterRunner,
    WorkerRunner,
)

from compare.arguments import BY_DEFAULT
from compare.live import LONGEST_WINDOW, sample
from compare.measure import Completion
from compare.servers import SERVERS

PAGES = Path(__file__).parent
KEPT_SAMPLES = 4 * 3600  # one a second
SERVERS_BY_NAME = {server.name: server for server in SERVERS}
SERVERS_BY_INTERFACE = {
    SERVERS_BY_NAME[name].interface: SERVERS_BY_NAME[name] for name in BY_DEFAULT
}
LINK = """
<p style="position: fixed; bottom: 0; left: 50%; translate: -50%; font: 20px sans-serif; z-index: 9">
  <a href="lab" style="color: white; background: #00512d; padding: 8px 16px">
    The lab: a line for each server
  </a>
</p>
"""


@events.init_command_line_parser.add_listener
def add_options(parser):
    def add(name, default, explanation, kind=str):
        parser.add_argument(
            name, type=kind, default=default, help=explanation, include_in_web_ui=False
        )

    add("--servers", "", "NAME=PORT,NAME=PORT: a user class for each, in place of the file's")
    add("--server-workers", 4, "processes of each server", int)
    add("--cpu-seconds", None, "for how long an app computes, where it does", float)


class Line:
    """One row of Locust's statistics, the server behind it, and its answers of late."""

    def __init__(self, user, server):
        self.user = user
        self.server = server
        self.clear()

    def clear(self):
        self.answers = deque()
        self.users, self.changed = 0, 0.0

    def count(self, users, now):
        """Note when the number of users changed."""
        if users != self.users:
            self.users, self.changed = users, now

    def forget(self, before):
        while self.answers and self.answers[0].at < before:
            self.answers.popleft()


class Lab:
    """The samples of the last run."""

    def __init__(self, environment, runner):
        self.options = environment.parsed_options
        self.runner = runner
        servers = SERVERS_BY_NAME if self.options.servers else SERVERS_BY_INTERFACE
        self.lines = {user.row: Line(user, servers[user.row]) for user in environment.user_classes}
        # a master hears of answers late
        self.delay = WORKER_REPORT_INTERVAL + 1 if isinstance(runner, MasterRunner) else 0
        self.run = 0
        self.begin()

    def begin(self, **_):
        self.run += 1
        self.began = time.monotonic()
        self.samples = []
        for line in self.lines.values():
            line.clear()

    def add(self, row, answer):
        if row in self.lines:
            self.lines[row].answers.append(answer)

    def sample_each_second(self):
        while True:
            gevent.sleep(1 - time.monotonic() % 1)
            if self.runner.state in (STATE_SPAWNING, STATE_RUNNING):
                self.sample(time.monotonic() - self.delay)

    def sample(self, now):
        distributed = isinstance(self.runner, MasterRunner)
        runner = self.runner
        counts = runner.reported_user_classes_count if distributed else runner.user_classes_count
        lines = []
        for line in self.lines.values():
            line.count(counts.get(line.user.__name__, 0), now)
            line.forget(now - LONGEST_WINDOW)
            lines.append(
                sample(
                    line.answers,
                    line.changed,
                    now,
                    line.users,
                    line.server,
                    self.options.server_workers,
                    os.cpu_count() or 1,
                    self.options.cpu_seconds,
                )
            )
        if now > self.began and len(self.samples) < KEPT_SAMPLES:
            at = round(now - self.began, 1)
            self.samples.append({"at": at, "lines": [asdict(each) for each in lines]})

    def data(self, run, after):
        """Return the samples that a page lacks, which are all when it shows another run."""
        first = after if run == self.run else 0
        return {
            "run": self.run,
            "state": self.runner.state,
            "servers": [
                {"name": row, "host": self.runner.environment.host or line.user.host}
                for row, line in self.lines.items()
            ],
            "first": first,
            "samples": self.samples[first:],
        }


def users_of(servers, base):
    """Return a user class for each NAME=PORT, in the order given."""
    classes = []
    for each in servers.split(","):
        name, port = each.split("=")
        title = "".join(word.capitalize() for word in name.split("-"))
        body = {"row": name, "host": f"http://127.0.0.1:{port}"}
        classes.append(type(f"{title}User", (base,), body))
    return classes


@events.init.add_listener
def open_lab(environment, runner, web_ui, **_):
    if servers := environment.parsed_options.servers:
        environment.user_classes = users_of(servers, environment.user_classes[0])
    if isinstance(runner, WorkerRunner):
        tell_master(environment)
    elif web_ui:
        lab = Lab(environment, runner)
        listen(environment, lab)
        add_pages(web_ui, lab)
        gevent.spawn(lab.sample_each_second)


def tell_master(environment):
    answers = []

    @environment.events.request.add_listener
    def keep(name, response_time, exception, **_):
        answers.append((name, time.monotonic(), response_time, bool(exception)))

    @environment.events.report_to_master.add_listener
    def report(data, **_):
        now = time.monotonic()  # which is another on each machine: send ages
        data["answers"] = [(row, now - at, took, failed) for row, at, took, failed in answers]
        answers.clear()


def listen(environment, lab):
    environment.events.test_start.add_listener(lab.begin)

    @environment.events.request.add_listener
    def keep(name, response_time, exception, **_):
        lab.add(name, Completion(time.monotonic(), response_time, bool(exception)))

    @environment.events.worker_report.add_listener
    def merge(data, **_):
        now = time.monotonic()
        for row, age, took, failed in data.get("answers", ()):
            lab.add(row, Completion(now - age, took, failed))


def add_pages(web_ui, lab):
    def route(path):
        return lambda view: web_ui.app.route(path, endpoint=path)(
            web_ui.auth_required_if_enabled(view)
        )

    @route("/lab")
    def page():
        return send_file(PAGES / "lab.html")

    @route("/lab/staircase")
    def staircase():
        return send_file(PAGES / "staircase.html")

    @route("/lab/data")
    def data():
        return jsonify(lab.data(request.args.get("run", 0, int), request.args.get("after", 0, int)))

    @web_ui.app.after_request
    def link(response):
        if request.path == "/" and response.mimetype == "text/html":
            html = response.get_data(as_text=True)
            response.set_data(html.replace("</body>", f"{LINK}</body>"))
        return response
