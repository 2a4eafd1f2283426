"""The mending: the same requests to the shop of chapter 8, before a bug in it is mended and after."""

import math
import threading
import time
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate
from typing import ClassVar

from command_line import whole_number
from instrument.edges import processes
from instrument.edges.clients import FAILURES, connection_to, exchange
from instrument.edges.errors import InstrumentError
from instrument.experiments.arguments import add_place
from instrument.experiments.experiment import Experiment, Kind, one_by_one
from instrument.experiments.figure import BLUE, ORANGE, Axes, annotate, new_figure, picture
from instrument.experiments.timeline import LONGEST_SECONDS, sent_and_answered
from instrument.load.bench import Bench, Plan
from instrument.servers import BY_NAME, Subject, Work

ANSWER_SECONDS = 0.15  # that the courier takes for each request
RATE = 10  # requests a second; one that blocks the loop serves 1 / ANSWER_SECONDS
LOOK_SECONDS = 0.25  # between an answer of /metrics and the next look
COLOUR = {"before": ORANGE, "after": BLUE}


def shop(name: str, app: str, slots: float, teaches: str) -> Subject:
    server, path = BY_NAME["uvicorn"], f"/parcel/{ANSWER_SECONDS}"
    return Subject(name, server, f"diagnosis.{app}:app", Work.WAIT, slots, teaches, path)


SHOPS = [
    shop("before", "watched_app", 1, "the courier is asked on the loop"),
    shop("after", "mended_app", math.inf, "the courier is asked in a thread"),
]


@dataclass(frozen=True)
class Shop:
    """What clients saw of one shop, in s since the first request."""

    requests: list[tuple[float, float]]  # sent, answered
    lags: list[tuple[float, float]]  # when /metrics was answered, and the worst lag until then


@dataclass(frozen=True)
class Mending(Experiment):
    """What each shop did with the same requests."""

    shops: dict[str, Shop]
    PART: ClassVar[str] = "shops"

    def told(self) -> Iterator[str]:
        for name, each in self.shops.items():
            yield (
                f"{name:8}answered {len(each.requests)} requests in {last_answer(each):.1f} s, "
                f"latency up to {max(latency for _, latency in latencies(each)):.2f} s, "
                f"up to {max(count for _, count in in_progress(each))} in progress, "
                f"loop lag up to {max(lag for _, lag in each.lags):.2f} s"
            )

    def pictures(self) -> dict[str, str]:
        return {"": draw(self)}

    @property
    def asked(self) -> str:
        return f"{RATE} requests/s for {self.conditions.seconds} s, each of {ANSWER_SECONDS} s, uvicorn"


def last_answer(each: Shop) -> float:
    return max(done for _, done in each.requests)


def throughput(each: Shop) -> list[tuple[float, int]]:
    """Return how many were answered in each whole second, which is told by its middle."""
    answered = Counter(int(done) for _, done in each.requests)
    return [(second + 0.5, answered[second]) for second in range(int(last_answer(each)))]


def latencies(each: Shop) -> list[tuple[float, float]]:
    """Return the latency of each request, at the time of its answer."""
    return sorted((done, done - sent) for sent, done in each.requests)


def in_progress(each: Shop) -> list[tuple[float, int]]:
    """Return how many requests were sent and not answered, from each change on."""
    changes = [(sent, 1) for sent, _ in each.requests] + [(done, -1) for _, done in each.requests]
    times, steps = zip(*sorted(changes), strict=True)
    return list(zip(times, accumulate(steps), strict=True))


def draw(mending: Mending) -> str:
    """Four panels of the same seconds, with a line for each shop in all of them."""
    longest = max(map(last_answer, mending.shops.values()))
    figure = new_figure(5.6)
    panels = figure.subplots(2, 2, sharex=True).flat
    for name, each in mending.shops.items():
        line(panels[0], name, throughput(each), "answers/s")
        line(panels[1], name, latencies(each), "latency, s")
        line(panels[2], name, in_progress(each), "requests in progress", "steps-post")
        line(panels[3], name, each.lags, "worst loop lag, s", "steps-pre")
    for axes in panels:
        axes.set_xlim(0, longest)
        axes.set_ylim(bottom=0)
    for axes in panels[2:]:
        axes.set_xlabel("seconds since the first request")
    most = max(lag for _, lag in mending.shops["before"].lags)
    title = f"One blocking call: the loop lag reaches {most:.1f} s, and all requests queue"
    return picture(figure, mending, title)


def line(
    axes: Axes,
    name: str,
    points: Sequence[tuple[float, float]],
    label: str,
    drawstyle: str = "default",
) -> None:
    """Draw a shop's line, with its name above the highest point."""
    times, values = zip(*points, strict=True)
    axes.plot(times, values, color=COLOUR[name], drawstyle=drawstyle)
    top = max(points, key=lambda point: point[1])
    annotate(axes, name, top, (0, 4), color=COLOUR[name], ha="center", annotation_clip=False)
    axes.set_ylabel(label)


def add_arguments(command: ArgumentParser) -> None:
    told = "for how long requests are sent (default: %(default)s)"
    command.add_argument("--seconds", type=whole_number(1, 60), default=10, help=told)
    add_place(command)


def plan_of(options: Namespace, subjects: list[Subject]) -> Plan:
    requests = RATE * options.seconds
    return Plan(0, options.seconds, workers=1, port=options.port, requests=requests)


def expected_seconds(plan: Plan, subject: Subject) -> float:
    slowest = plan.requests * ANSWER_SECONDS if subject.slots == 1 else 0
    return max(plan.seconds, slowest)


def measure(bench: Bench, subject: Subject) -> Shop:
    """Send requests at a steady rate, and look at the loop lag meanwhile."""
    port, command = bench.command(subject)
    bench.display.begin(subject.name, expected_seconds(bench.plan, subject), command)
    lags: list[tuple[float, float]] = []
    over = threading.Event()

    def watch_lag() -> None:
        while not over.wait(LOOK_SECONDS):
            with suppress(*FAILURES), connection_to(port, LONGEST_SECONDS) as connection:
                response = exchange(connection, "/metrics")
                if response.status == 200:
                    lags.append((time.monotonic(), float(response.body.split()[1])))

    with bench.started(subject, command, port):
        watcher = threading.Thread(target=watch_lag, daemon=True)
        watcher.start()
        delays = [number / RATE for number in range(bench.plan.requests)]
        requests = sorted(sent_and_answered(bench, subject, port, delays))
        over.set()
        processes.wait_until(lambda: not watcher.is_alive(), seconds=LONGEST_SECONDS)
    if not lags:
        raise InstrumentError(f"{subject.name}: /metrics was not answered", bench.log(subject))
    start = requests[0][0]
    return Shop(
        [(round(sent - start, 4), round(done - start, 4)) for sent, done in requests],
        [(round(at - start, 4), round(lag, 4)) for at, lag in lags],
    )


KIND = Kind(
    "mending",
    "put load on the shop of chapter 8, before its bug is mended and after, and draw both",
    Mending,
    add_arguments,
    one_by_one(Mending, measure),
    expected_seconds,
    lambda options: SHOPS,
    plan_of,
)
