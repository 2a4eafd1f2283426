"""Another locustfile, before the shared one: a page at /lab with a line for each server.

  locust --locustfile instrument/locustfiles/lab.py,locustfile.py

Locust's own charts add both servers up. Here the answers of the last seconds are kept for each
row, and a sample is taken of them each second. Where Locust itself has workers, they report their
answers to its master.
"""

import re
import time
from argparse import ArgumentParser
from collections import deque
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import gevent
from flask import Response, jsonify, request, send_file
from locust import events
from locust.runners import (
    STATE_INIT,
    STATE_RUNNING,
    STATE_SPAWNING,
    STATE_STOPPED,
    WORKER_REPORT_INTERVAL,
    MasterRunner,
    WorkerRunner,
)

from instrument.arithmetic.live import LONGEST_WINDOW, sample
from instrument.arithmetic.measure import Completion
from instrument.servers import BY_DEFAULT, SUBJECTS, Subject

FILES = {
    "/lab": "lab.html",
    "/lab/staircase": "staircase.html",
    "/lab/look.css": "look.css",
    "/lab/look.js": "look.js",
}
BY_INTERFACE = {SUBJECTS[name].server.interface: SUBJECTS[name] for name in BY_DEFAULT}
LINK = """
<p style="margin: 0; padding: 6px 24px; background: #14171a; font: 18px sans-serif">
  <a href="lab" style="color: #fff">The lab: a line for each server</a>
</p>
"""


@events.init_command_line_parser.add_listener
def add_options(parser: ArgumentParser) -> None:
    add = partial(parser.add_argument, include_in_web_ui=False)
    told = "NAME=PORT,NAME=PORT: one user class for each, in place of the locustfile's"
    add("--servers", default="", help=told)
    add("--server-workers", type=int, default=4, help="processes of each server")


class Line:
    """One row of Locust's statistics, the server behind it, and its answers of late."""

    def __init__(self, user: Any, subject: Subject):
        self.user = user
        self.subject = subject
        self.answers: deque[Completion] = deque()
        self.users, self.changed = 0, 0.0

    def sample(self, users: int, now: float, workers: int) -> dict[str, Any]:
        if users != self.users:
            self.users, self.changed = users, now
        while self.answers and self.answers[0].at < now - LONGEST_WINDOW:
            self.answers.popleft()
        return asdict(sample(self.answers, self.changed, now, users, self.subject, workers))


class Lab:
    """The samples of the last run; a run that could not start leaves those of the one before."""

    def __init__(self, environment: Any, runner: Any):
        self.workers = environment.parsed_options.server_workers
        self.runner = runner
        named = environment.parsed_options.servers
        subjects = SUBJECTS if named else BY_INTERFACE
        self.lines = {user.row: Line(user, subjects[user.row]) for user in environment.user_classes}
        self.is_master = isinstance(runner, MasterRunner)
        self.delay = WORKER_REPORT_INTERVAL + 1 if self.is_master else 0  # until all has been told
        # of users, that wait for their answers to be told
        self.counts: deque[tuple[float, dict[str, int]]] = deque()
        self.began, self.started = 0.0, 0.0
        self.loaded = 0.0  # when the users were seen last
        self.begin()

    def start(self, **_: object) -> None:
        self.started = time.monotonic()

    def begin(self) -> None:
        self.run = time.time_ns() // 1_000_000  # another one also in a lab that is opened anew
        self.began, self.started = self.started, 0.0
        self.counts.clear()
        self.samples: list[dict[str, Any]] = []

    def add(self, row: str, answer: Completion) -> None:
        if row in self.lines:
            self.lines[row].answers.append(answer)

    def keep(
        self, name: str, response_time: float, exception: Exception | None, **_: object
    ) -> None:
        self.add(name, Completion(time.monotonic(), response_time, bool(exception)))

    def merge(self, data: dict[str, Any], **_: object) -> None:
        now = time.monotonic()
        for row, age, took, failed in data.get("answers", ()):
            self.add(row, Completion(now - age, took, failed))

    def sample_each_second(self) -> None:
        while True:
            gevent.sleep(1 - time.monotonic() % 1)
            if self.runner.state in (STATE_SPAWNING, STATE_RUNNING):
                if self.started:
                    self.begin()
                self.loaded = time.monotonic()
                self.counts.append((time.monotonic(), self.users()))
            while self.counts and self.counts[0][0] <= time.monotonic() - self.delay:
                self.sample(*self.counts.popleft())

    def users(self) -> dict[str, int]:
        runner = self.runner
        return dict(
            runner.reported_user_classes_count if self.is_master else runner.user_classes_count
        )

    def sample(self, at: float, users: dict[str, int]) -> None:
        lines = [
            line.sample(users.get(line.user.__name__, 0), at, self.workers)
            for line in self.lines.values()
        ]
        self.samples.append({"at": round(at - self.began, 1), "lines": lines})

    def queue_seconds(self) -> float:
        """Return for how long requests of a run that was stopped still keep the workers busy."""
        lines = self.samples[-1]["lines"] if self.samples else []
        waits = [line["predicted_latency"] or 0 for line in lines]
        return round(max(0, max(waits, default=0) + 1 - (time.monotonic() - self.loaded)), 1)

    def predicted(self) -> list[dict[str, Any]]:
        """Return what arithmetic says of the users that the page is filled in with, before a run."""
        users, rows = self.runner.environment.parsed_options.num_users or 0, len(self.lines)
        return [
            asdict(sample((), 0, 0, (users + place) // rows, line.subject, self.workers))
            for place, line in enumerate(self.lines.values())
        ]

    def data(self, run: int, after: int) -> dict[str, Any]:
        """Return the samples that a page lacks, which are all when it shows another run."""
        first = after if run == self.run else 0
        return {
            "run": self.run,
            "state": self.runner.state,
            "servers": [
                {"name": row, "host": self.runner.environment.host or line.user.host}
                for row, line in self.lines.items()
            ],
            "refused": self.started > 0 and self.runner.state in (STATE_INIT, STATE_STOPPED),
            "queue": self.queue_seconds(),
            "predicted": self.predicted(),
            "first": first,
            "samples": self.samples[first:],
        }


def users_of(servers: str, base: type) -> list[type]:
    """Return a user class for each NAME=PORT, in the order given."""
    classes = []
    for each in servers.split(","):
        name, port = each.split("=")
        title = "".join(word.capitalize() for word in name.split("-"))
        body = {"row": name, "host": f"http://127.0.0.1:{port}"}
        classes.append(type(f"{title}User", (base,), body))
    return classes


@events.init.add_listener
def add_lab(environment: Any, runner: Any, web_ui: Any, **_: object) -> None:
    if servers := environment.parsed_options.servers:
        environment.user_classes = users_of(servers, environment.user_classes[0])
    if isinstance(runner, WorkerRunner):
        tell_master(environment)
    elif web_ui:
        lab = Lab(environment, runner)
        environment.events.test_start.add_listener(lab.start)
        environment.events.request.add_listener(lab.keep)
        environment.events.worker_report.add_listener(lab.merge)
        add_pages(web_ui, lab)
        gevent.spawn(lab.sample_each_second)


def tell_master(environment: Any) -> None:
    answers: list[tuple[str, float, float, bool]] = []

    @environment.events.request.add_listener
    def keep(name: str, response_time: float, exception: Exception | None, **_: object) -> None:
        answers.append((name, time.monotonic(), response_time, bool(exception)))

    @environment.events.report_to_master.add_listener
    def report(data: dict[str, Any], **_: object) -> None:
        now = time.monotonic()  # which is another on each machine: send ages
        data["answers"] = [(row, now - at, took, failed) for row, at, took, failed in answers]
        answers.clear()


def add_pages(web_ui: Any, lab: Lab) -> None:
    def add(path: str, view: Callable[[], Response]) -> None:
        allowed = web_ui.auth_required_if_enabled(view)
        web_ui.app.add_url_rule(path, endpoint=path, view_func=allowed)

    for path, name in FILES.items():
        add(path, partial(send_file, Path(__file__).with_name(name)))

    def data() -> Response:
        return jsonify(lab.data(*(request.args.get(name, 0, int) for name in ("run", "after"))))

    add("/lab/data", data)

    @web_ui.app.after_request
    def link(response: Response) -> Response:
        if request.path == "/" and response.mimetype == "text/html":
            html = response.get_data(as_text=True)
            response.set_data(re.sub("<body[^>]*>", lambda body: body[0] + LINK, html))
        return response
