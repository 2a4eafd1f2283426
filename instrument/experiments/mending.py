"""The mending: the same requests to the shop of chapter 8, before a bug in it is mended and after."""

import math
import threading
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from command_line import whole_number
from instrument.edges import processes
from instrument.edges.clients import FAILURES, connection_to, exchange
from instrument.edges.errors import InstrumentError
from instrument.experiments.arguments import add_place
from instrument.experiments.experiment import Experiment
from instrument.experiments.figure import BLUE, ORANGE, picture
from instrument.experiments.kind import Kind, one_by_one
from instrument.load.bench import Bench, Plan
from instrument.servers import BY_NAME, Subject, Work

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ANSWER_SECONDS = 0.15  # that the courier takes for each request
RATE = 10  # requests a second; one that blocks the loop serves 1 / ANSWER_SECONDS
LOOK_SECONDS = 0.25  # between an answer of /metrics and the next look
LONGEST_SECONDS = 120
COLOUR = {"before": ORANGE, "after": BLUE}


def shop(name: str, app: str, slots: float, teaches: str) -> Subject:
    path = f"/parcel/{ANSWER_SECONDS}"
    uvicorn = BY_NAME["uvicorn"]
    return Subject(name, uvicorn, f"diagnosis.{app}:app", Work.WAIT, slots, teaches, path)


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
    whole = int(last_answer(each))
    count = [0] * whole
    for _, done in each.requests:
        if done < whole:
            count[int(done)] += 1
    return [(second + 0.5, answered) for second, answered in enumerate(count)]


def latencies(each: Shop) -> list[tuple[float, float]]:
    """Return the latency of each request, at the time of its answer."""
    return sorted((done, done - sent) for sent, done in each.requests)


def in_progress(each: Shop) -> list[tuple[float, int]]:
    """Return how many requests were sent and not answered, from each change on."""
    changes = [(sent, 1) for sent, _ in each.requests] + [(done, -1) for _, done in each.requests]
    found, count = [], 0
    for at, change in sorted(changes):
        count += change
        found.append((at, count))
    return found


def draw(mending: Mending) -> str:
    """Four panels of the same seconds, with a line for each shop in all of them."""
    longest = max(map(last_answer, mending.shops.values()))

    def fill(figure: "Figure") -> None:
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
    return picture(fill, mending, 5.6, title)


def line(
    axes: "Axes",
    name: str,
    points: Iterable[tuple[float, float]],
    label: str,
    drawstyle: str = "default",
) -> None:
    times, values = zip(*points, strict=True)
    axes.plot(times, values, color=COLOUR[name], drawstyle=drawstyle)
    top = max(range(len(values)), key=values.__getitem__)
    axes.annotate(
        name,
        (times[top], values[top]),
        xytext=(0, 4),
        textcoords="offset points",
        ha="center",
        color=COLOUR[name],
        annotation_clip=False,
    )
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
    """Send requests at a steady rate, whatever is answered; look at the loop lag meanwhile.

    Raises InstrumentError when one of them is not answered with 200.
    """
    count = bench.plan.requests
    port, command = bench.command(subject)
    bench.display.begin(subject.name, expected_seconds(bench.plan, subject), command)
    requests: list[tuple[float, float]] = []
    lags: list[tuple[float, float]] = []
    over = threading.Event()

    def send(start: float, number: int) -> None:
        time.sleep(max(0.0, start + number / RATE - time.monotonic()))
        sent = time.monotonic()
        if body_of(port, subject.path) is not None:
            requests.append((sent - start, time.monotonic() - start))

    def watch_lag(start: float) -> None:
        while not over.wait(LOOK_SECONDS):
            if text := body_of(port, "/metrics"):
                lags.append((time.monotonic() - start, float(text.split()[1])))

    with bench.started(subject, command, port):
        start = time.monotonic()
        watcher = threading.Thread(target=watch_lag, args=(start,), daemon=True)
        senders = [
            threading.Thread(target=send, args=(start, number), daemon=True)
            for number in range(count)
        ]
        for thread in (watcher, *senders):
            thread.start()
        limit = 2 * LONGEST_SECONDS
        processes.wait_until(
            lambda: not any(map(threading.Thread.is_alive, senders)), seconds=limit
        )
        over.set()
        processes.wait_until(lambda: not watcher.is_alive(), seconds=limit)
    if len(requests) != count or not lags:
        lost = f"{count - len(requests)} requests were not answered"
        raise InstrumentError(f"{subject.name}: {lost}", bench.log(subject))
    return Shop(rounded(sorted(requests)), rounded(lags))


def body_of(port: int, path: str) -> str | None:
    """Return what GET answers; None for anything but 200."""
    with suppress(*FAILURES), connection_to(port, LONGEST_SECONDS) as connection:
        response = exchange(connection, path)
        if response.status == 200:
            return response.body.decode()
    return None


def rounded(pairs: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(round(first, 4), round(second, 4)) for first, second in pairs]


KIND = Kind(
    "mending",
    "put load on the shop of chapter 8, before its bug is mended and after, and draw both",
    Mending,
    add_arguments,
    one_by_one(Mending, measure),
    expected_seconds,
    plan=plan_of,
    subjects=lambda options: SHOPS,
)
