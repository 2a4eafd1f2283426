"""A load shape, beside the shared locustfile: users double, step by step.

  locust --locustfile locustfile.py,instrument/locustfiles/recorder.py,instrument/locustfiles/doubling.py … --marks FILE

A step lasts until every user has been answered twice since all of them were there, and --shortest
seconds at least since the first of the two: the first answer still waited in a shorter queue. With
--growth 1.1, the last step is one in which a request failed, or whose throughput is below 1.1 times
that of the step before.
"""

import json
import time
from argparse import ArgumentParser, Namespace
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from locust import LoadTestShape, events

from instrument.arithmetic.measure import (
    SHORTEST_STEADY_SECONDS,
    percentile,
    spawn_rate,
    throughput_of_users,
)
from instrument.edges.files import write


@events.init_command_line_parser.add_listener
def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--lowest", type=int, default=1, help="users of the first step")
    parser.add_argument("--highest", type=int, default=256, help="users of the last step")
    parser.add_argument("--shortest", type=float, default=SHORTEST_STEADY_SECONDS)
    parser.add_argument("--growth", type=float, default=0, help="by which throughput has to grow")
    parser.add_argument("--marks", metavar="FILE", required=True, help="where to write the steps")


def named(exception: Exception | None) -> str:
    """Return what became of a request without an answer."""
    original = getattr(exception, "original", exception)
    return "no answer in time" if isinstance(original, TimeoutError) else type(original).__name__


class Doubling(LoadTestShape):
    runner: Any  # that Locust sets

    def __init__(self) -> None:
        super().__init__()
        self.step = 0
        self.marks: list[dict[str, Any]] = []
        self.count_from(0.0)

    def count_from(self, moment: float) -> None:
        self.counts_from = moment
        self.answers: Counter[int] = Counter()
        self.times: defaultdict[int, list[float]] = defaultdict(list)  # when each user was answered
        self.latencies: list[float] = []
        self.errors: Counter[str] = Counter()
        self.steady_from: float | None = None

    def tick(self) -> tuple[int, float] | None:
        options = self.runner.environment.parsed_options
        self.step = self.step or options.lowest
        if self.step_is_done(options):
            self.marks.append(self.mark())
            # whole, since others read it meanwhile
            write(Path(options.marks), json.dumps(self.marks))
            if self.was_last(options):
                return None
            self.step *= 2
            self.steady_from = None
        if self.step > options.highest:
            return None
        return self.step, spawn_rate(self.step)

    def step_is_done(self, options: Namespace) -> bool:
        if self.steady_from is None or time.monotonic() - self.steady_from < options.shortest:
            return False
        return min(self.answers.values()) >= 2 or bool(self.errors and options.growth)

    def mark(self) -> dict[str, Any]:
        [(error, _)] = self.errors.most_common(1) or [("", 0)]
        return {
            "users": self.step,
            "start": self.steady_from,
            "end": time.monotonic(),
            "requests_per_second": throughput_of_users(self.times.values()),
            "median_ms": percentile(self.latencies, 50) if self.latencies else None,
            "error": error,
        }

    def was_last(self, options: Namespace) -> bool:
        if not options.growth:
            return False
        *_, before, last = [None, *self.marks]
        found = last["requests_per_second"]
        is_flat = before is not None and found < options.growth * before["requests_per_second"]
        return is_flat or bool(last["error"])

    def all_are_there(self, **_: object) -> None:
        users = self.runner.environment.user_classes
        self.count_from(time.monotonic() + max(getattr(each, "stagger", 0) for each in users))

    def answered(
        self,
        context: dict[str, int],
        response_time: float,
        exception: Exception | None,
        response: object = None,
        **_: object,
    ) -> None:
        if time.monotonic() < self.counts_from:
            return  # not all of them ask yet
        self.answers[context["user"]] += 1
        status = getattr(response, "status_code", 0)
        if exception or status // 100 != 2:
            self.errors[f"status {status}" if status else named(exception)] += 1
        else:
            self.times[context["user"]].append(time.monotonic())
            if self.answers[context["user"]] > 1:
                self.latencies.append(response_time)
        if self.steady_from is None and len(self.answers) == self.step:
            self.steady_from = time.monotonic()


@events.init.add_listener
def follow(environment: Any, **_: object) -> None:
    for user in environment.user_classes:
        user.context = lambda self: {"user": id(self)}
    environment.events.spawning_complete.add_listener(environment.shape_class.all_are_there)
    environment.events.request.add_listener(environment.shape_class.answered)
