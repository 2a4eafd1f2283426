"""A load shape, beside the shared locustfile: users double, step by step.

  locust --locustfile locustfile.py,instrument/locustfiles/recorder.py,instrument/locustfiles/doubling.py … --marks FILE

A step lasts until every user has been answered twice since all of them were there, and 8 s at
least since the first of the two: the first answer still waited in a shorter queue.
"""

import json
import time
from collections import Counter
from pathlib import Path

from locust import LoadTestShape, events

from instrument.arithmetic.measure import SHORTEST_STEADY_SECONDS, spawn_rate


@events.init_command_line_parser.add_listener
def add_options(parser):
    parser.add_argument("--highest", type=int, default=256, help="users of the last step")
    parser.add_argument("--marks", metavar="FILE", required=True, help="where to write the steps")


class Doubling(LoadTestShape):
    def __init__(self):
        super().__init__()
        self.step = 1
        self.answers = Counter()
        self.steady_from = None
        self.marks = []

    def tick(self):
        options = self.runner.environment.parsed_options
        if self.step_is_done():
            mark = {"users": self.step, "start": self.steady_from, "end": time.monotonic()}
            self.marks.append(mark)
            Path(options.marks).write_text(json.dumps(self.marks), encoding="utf-8")
            self.step *= 2
            self.steady_from = None
        if self.step > options.highest:
            return None
        return self.step, spawn_rate(self.step)

    def step_is_done(self):
        if self.steady_from is None or min(self.answers.values()) < 2:
            return False
        return time.monotonic() - self.steady_from >= SHORTEST_STEADY_SECONDS

    def all_are_there(self, **_):
        self.answers.clear()
        self.steady_from = None

    def answered(self, context, **_):
        self.answers[context["user"]] += 1
        if self.steady_from is None and len(self.answers) == self.step:
            self.steady_from = time.monotonic()


@events.init.add_listener
def follow(environment, **_):
    for user in environment.user_classes:
        user.context = lambda self: {"user": id(self)}
    environment.events.spawning_complete.add_listener(environment.shape_class.all_are_there)
    environment.events.request.add_listener(environment.shape_class.answered)
