"""The timeline: requests that are sent at the same moment, and when each is answered."""

import threading
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar

from instrument.edges import processes
from instrument.edges.clients import FAILURES, connection_to, exchange
from instrument.edges.errors import InstrumentError
from instrument.experiments.arguments import add_place, add_servers, add_users, add_workers
from instrument.experiments.experiment import Experiment, Kind, one_by_one
from instrument.experiments.figure import new_figure, picture, style_of
from instrument.load.bench import Bench, Plan
from instrument.servers import Subject

MOST_PANELS = 3  # side by side
LONGEST_SECONDS = 120


@dataclass(frozen=True)
class Timeline(Experiment):
    """When each of the requests was sent and answered, in s."""

    requests: dict[str, list[tuple[float, float]]]
    PART: ClassVar[str] = "requests"

    def told(self) -> Iterator[str]:
        for name, times in self.requests.items():
            answered = " ".join(f"{done:.1f}" for done in sorted(done for _, done in times))
            yield f"{name:16}answered after {answered} s"

    def pictures(self) -> dict[str, str]:
        return {"": draw(self)}

    @property
    def asked(self) -> str:
        return f"{self.conditions.users} requests at the same moment"


def title_of(timeline: Timeline) -> str:
    """Return what the picture shows: after how many seconds all are answered."""
    last = [
        f"{name} after {max(done for _, done in times):.1f} s"
        for name, times in timeline.requests.items()
    ]
    return f"The last of {timeline.conditions.users} is answered: {', '.join(last[:2])}"


def draw(timeline: Timeline) -> str:
    """A bar for each request from sent to answered: a staircase beside a wall."""
    last = max(done for times in timeline.requests.values() for _, done in times)
    columns = min(len(timeline.requests), MOST_PANELS)
    rows = -(-len(timeline.requests) // columns)
    figure = new_figure(0.6 + 3.6 * rows)
    panels = figure.subplots(rows, columns, sharey=True, squeeze=False).flat
    for place, (name, times) in enumerate(timeline.requests.items()):
        axes = panels[place]
        for row, (sent, done) in enumerate(times, start=1):
            axes.barh(row, done - sent, left=sent, height=0.8, color=style_of(name, place)[0])
        axes.set_title(name)
        axes.set_xlim(0, last * 1.05)
        axes.set_yticks(range(1, len(times) + 1))
        axes.set_xlabel("seconds since all were sent")
        if place % columns == 0:
            axes.set_ylabel("request")
    for axes in panels[len(timeline.requests) :]:
        axes.set_axis_off()
    panels[0].invert_yaxis()
    return picture(figure, timeline, title_of(timeline))


def add_arguments(command: ArgumentParser) -> None:
    add_servers(command)
    add_users(command, 12, "each sends one request, default: 12", highest=100)
    add_workers(command, 2)
    add_place(command)


def expected_seconds(plan: Plan, subject: Subject) -> float:
    return plan.users / (plan.ceiling(subject, plan.users) or plan.users)


def measure(bench: Bench, subject: Subject) -> list[tuple[float, float]]:
    """Return when each request was sent and answered, in s since the first was sent."""
    port, command = bench.command(subject)
    bench.display.begin(subject.name, expected_seconds(bench.plan, subject), command)
    with bench.started(subject, command, port):
        times = sent_and_answered(bench, subject, port, [0.0] * bench.plan.users)
    first = min(sent for sent, _ in times)
    by_answer = sorted(times, key=lambda request: request[1])
    return [(round(sent - first, 4), round(done - first, 4)) for sent, done in by_answer]


def sent_and_answered(
    bench: Bench, subject: Subject, port: int, delays: Sequence[float]
) -> list[tuple[float, float]]:
    """Send a request after each of these delays, in s; return when each was sent and answered.

    None waits for the answer to another. Those without a delay are connected before, so that they
    are sent at the same moment. Raises InstrumentError when one is not answered with 200.
    """
    moment = threading.Barrier(len(delays), timeout=30)
    times: list[tuple[float, float]] = []

    def ask(delay: float) -> None:
        with (
            suppress(*FAILURES, threading.BrokenBarrierError),
            connection_to(port, LONGEST_SECONDS) as connection,
        ):
            if not delay:
                connection.connect()
            moment.wait()
            time.sleep(delay)
            sent = time.monotonic()
            if exchange(connection, subject.path).status == 200:
                times.append((sent, time.monotonic()))

    threads = [threading.Thread(target=ask, args=(each,), daemon=True) for each in delays]
    for thread in threads:
        thread.start()
    limit = max(delays) + 2 * LONGEST_SECONDS
    processes.wait_until(lambda: not any(map(threading.Thread.is_alive, threads)), seconds=limit)
    if lost := len(delays) - len(times):
        raise InstrumentError(
            f"{subject.name}: {lost} requests were not answered", bench.log(subject)
        )
    return times


KIND = Kind(
    "timeline",
    "send requests at the same moment, and draw when each is answered",
    Timeline,
    add_arguments,
    one_by_one(Timeline, measure),
    expected_seconds,
)
