"""Exercises 19 to 21, and 28: what holds requests, and how many processes an application needs."""

import math
import random
import statistics
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from time import monotonic

from instrument.arithmetic.sizing import FULLEST
from instrument.edges.cpus import usable_cpus
from instrument.edges.errors import InstrumentError
from instrument.exercises.catalogue import Wrong, exercise
from instrument.exercises.serve import (
    WAITING_APPS,
    Served,
    called,
    configured,
    evaluated,
    fetch,
    need_ok,
    need_whole,
    together,
    uvicorn,
)
from instrument.load.others import used_by_all, waited_by_all

RUNG_SECONDS = 0.9
TOO_BUSY = "other programs use the CPUs, and the measurement shows it: try it again without them"


@dataclass(frozen=True)
class Step:
    """What an application did with so many users, who ask again as soon as they are answered."""

    users: int
    requests_per_second: float
    seconds: float  # of the fastest request, since other programs can only make one slower
    cpu: float  # of one CPU


def climbed(
    folder: Path, users: tuple[int, ...], slots: int, waits: float, computes: float
) -> list[Step]:
    """Start an application that holds so many requests, and return the rungs of its ladder."""
    variables = {"SLOTS": str(slots), "WAITS": str(waits), "COMPUTES": str(computes)}
    with uvicorn(WAITING_APPS, folder, app="asgi", port=None, **variables) as run:
        need_ok(fetch(run.port), run)  # the first request takes longer
        return [rung(run, each) for each in users]


def rung(run: Served, users: int) -> Step:
    """Let users ask for a moment, each again as soon as it is answered."""
    begun, used = monotonic(), wanted(run)

    def user() -> list[tuple[float, float]]:
        seen: list[tuple[float, float]] = []
        while not seen or monotonic() < begun + RUNG_SECONDS:
            seconds = need_ok(fetch(run.port), run).seconds
            seen.append((monotonic() - begun, seconds))
        return seen

    answers = sorted(chain.from_iterable(together(*[user] * users)))
    ended, cpu = monotonic() - begun, wanted(run) - used
    times = [at for at, _ in answers if at <= RUNG_SECONDS]
    rate = 0.0  # which fits no application, where the machine was too busy for two answers
    if len(times) > 1:
        rate, _ = statistics.linear_regression(times, range(len(times)))
    return Step(users, rate, min(seconds for _, seconds in answers), cpu / ended)


def wanted(run: Served) -> float:
    """Return the CPU seconds that a server used, or waited for because other programs had them."""
    return used_by_all(run.process.pid) + waited_by_all(run.process.pid)


Ladder = list[tuple[int, float]]  # users and requests/s of each rung
ON_PAPER = (2.0, [(1, 0.5), (2, 1.0), (4, 2.0), (8, 2.5), (16, 2.5)])  # 2.5 x 2.0 = 5 slots
SLOTS = (3, 5, 6)  # none is a number of users
HELD_SECONDS = 0.1
ROUND_OFF = 0.4  # of a slot: a ladder that is off by more is the machine's
MEASUREMENTS = 5  # at most, until one shows the application and not the machine


@exercise(19)
def ladder_read(path: Path, folder: Path) -> str:
    hidden = random.sample(SLOTS, 2)
    need_slots(path, folder, [5], [ON_PAPER])
    need_slots(
        path, folder, hidden, together(*[partial(ladder_of, folder, each) for each in hidden])
    )
    return f"Two applications with {hidden[0]} and {hidden[1]} slots were measured just now: you read both."


def ladder_of(folder: Path, slots: int) -> tuple[float, Ladder]:
    """Return the seconds of a request, and the ladder, as measured."""
    for _ in range(MEASUREMENTS):
        rungs = climbed(folder, (1, 2, 4, 8, 16), slots, HELD_SECONDS, 0)
        seconds = rungs[0].seconds
        ladder = [(each.users, each.requests_per_second) for each in rungs]
        plateau = (ladder[-1][1], max(rate for _, rate in ladder))  # a reader may take either
        if all(abs(rate * seconds - slots) < ROUND_OFF for rate in plateau):
            return seconds, ladder
    raise InstrumentError(TOO_BUSY)


def need_slots(
    path: Path, folder: Path, slots: list[int], cases: list[tuple[float, Ladder]]
) -> None:
    given = called(path, folder, "slots", *cases)
    for said, true, (seconds, ladder) in zip(given, slots, cases, strict=True):
        users, rate = ladder[-1]
        if said != true:
            raise Wrong(
                f"A request takes {seconds:.2f} s, and {users} users got {rate:.1f} answers a second. "
                f"You say {said!r} slots. How many were in progress, to the nearest whole number?"
            )


RATE, WAITS, COMPUTES = 80, 0.09, 0.01  # requests/s, and seconds of a request
IN_PROGRESS = round(RATE * (WAITS + COMPUTES))
PROCESSES = math.ceil(RATE * COMPUTES / FULLEST)
LEAST_SLOTS = round(1.5 * IN_PROGRESS)
USEFUL = round(1 + WAITS / COMPUTES)  # threads in a process


@exercise(20)
def fewest_processes(path: Path, folder: Path) -> str:
    workers, threads, kind = evaluated(path, folder, "workers", "threads", "worker_class")
    need_whole("workers", workers)
    need_whole("threads", threads)
    if kind not in (None, "sync", "gthread"):  # gunicorn makes gthread of sync with threads
        raise Wrong(f"worker_class is {kind!r}: this exercise is about gthread.")
    need_fewest(workers, threads)
    with configured(path, folder, workers, WAITS=str(WAITS), COMPUTES=str(COMPUTES)) as run:
        held = most_held(run)
    if sum(held.values()) < 0.75 * IN_PROGRESS:  # connections may fall onto processes unevenly
        raise Wrong(
            f"The numbers are right, but of {IN_PROGRESS} users at once the server held "
            f"{sum(held.values())}: what else does the file set?"
        )
    return (
        f"{workers} processes, {workers * threads} slots. {IN_PROGRESS} users asked at once, and "
        f"the processes held {' and '.join(map(str, held.values()))} requests at most."
    )


def need_fewest(workers: int, threads: int) -> None:
    """Raise Wrong where there are not as few processes, with as many threads, as are needed."""
    computing = f"{RATE} requests compute for {RATE * COMPUTES:.1f} s in each second"
    if workers > PROCESSES:
        raise Wrong(f"You have {workers} processes. {computing}: fewer will do. Threads wait, too.")
    if workers < PROCESSES:
        raise Wrong(
            f"{computing}: {workers} process would be {RATE * COMPUTES / workers:.0%} busy, and "
            f"{FULLEST:.0%} is the limit."
        )
    if workers * threads < LEAST_SLOTS:
        raise Wrong(
            f"{RATE} requests/s of {WAITS + COMPUTES:.1f} s each are {IN_PROGRESS} in progress, and "
            f"there should be {LEAST_SLOTS} slots or more: {workers} x {threads} are too few."
        )
    if threads > USEFUL:
        raise Wrong(
            f"{threads} threads in a process are too many: while one request waits for {WAITS} s, "
            f"the process can compute for {WAITS / COMPUTES:.0f} others. More wait for its CPU."
        )


def most_held(run: Served) -> dict[bytes, int]:
    """Return how many requests each process had in progress at most, with users who ask again."""
    held: dict[bytes, int] = {}
    end = monotonic() + RUNG_SECONDS

    def user() -> None:
        while monotonic() < end:
            process, count, *_ = need_ok(fetch(run.port), run).body.split()
            held[process] = max(held.get(process, 0), int(count))

    together(*[user] * IN_PROGRESS)
    return held


LIMITS = {  # of each: slots, seconds of waiting, seconds of computing
    "lock": (1, 0.1, 0.0),
    "pool": (3, 0.1, 0.0),
    "cpu": (100, 0.0, 0.03),
}
Plateau = tuple[int, float, float, float]  # users, requests/s, seconds of a request, CPU
USERS = 8
BUSY = 0.9  # of a CPU: an application that computes, and uses less, is not asked often enough
LIMITS_ON_PAPER = {
    "cpu": (USERS, 10.0, 0.3, 0.98),
    "lock": (USERS, 2.0, 0.5, 0.02),
    "pool": (USERS, 12.0, 0.25, 0.05),
}


@exercise(21)
def limit_named(path: Path, folder: Path) -> str:
    need_limits(path, folder, LIMITS_ON_PAPER)
    names = random.sample(list(LIMITS), len(LIMITS))
    measured = together(*[partial(plateau_of, folder, *LIMITS[name]) for name in names])
    need_limits(path, folder, dict(zip(names, measured, strict=True)))
    return "Three applications were measured just now, and you named the limit of each."


def plateau_of(folder: Path, slots: int, waits: float, computes: float) -> Plateau:
    """Return a plateau that shows which limit it is, as measured."""
    for _ in range(MEASUREMENTS):
        alone, crowd = climbed(folder, (1, USERS), slots, waits, computes)
        rate, seconds, cpu = crowd.requests_per_second, alone.seconds, crowd.cpu
        if cpu > BUSY if computes else abs(rate * seconds - slots) < ROUND_OFF:
            return USERS, rate, seconds, cpu
    raise InstrumentError(TOO_BUSY)


def need_limits(path: Path, folder: Path, cases: dict[str, Plateau]) -> None:
    given = called(path, folder, "limit", *cases.values())
    for said, (name, (users, rate, seconds, cpu)) in zip(given, cases.items(), strict=True):
        if said != name:
            raise Wrong(
                f"{users} users got {rate:.1f} answers a second, {seconds:.2f} s each with one user, "
                f'and {cpu:.2f} of a CPU was used. You say {said!r}: it is "{name}".'
            )


REQUEST_SECONDS = 0.03  # of computing
ASKED_BY_EACH = 3
IN_TURNS = "Threads of one process compute in turns."


@exercise(28)
def computes(path: Path, folder: Path) -> str:
    given = evaluated(path, folder, "workers", "threads")
    workers, threads = (1 if value is None else value for value in given)
    need_whole("workers", workers)
    need_whole("threads", threads)
    cpus = usable_cpus()
    if workers > cpus:
        raise Wrong(
            f"{workers} processes for {cpus} CPUs: while {cpus} compute, the others wait for a CPU. "
            "Fewer will do as much."
        )
    with configured(path, folder, workers, COMPUTES=str(REQUEST_SECONDS)) as run:
        most, rate = computed(run, 2 * cpus)
    saw = f"{workers} x {threads}: {most} of {cpus} CPUs computed at a time, {rate:.0f} answers a second"
    if most < cpus:
        raise Wrong(f"{saw}, where {cpus / REQUEST_SECONDS:.0f} are possible. {IN_TURNS}")
    if threads > 1:
        raise Wrong(f"{saw}, but {threads} threads do no more than one. {IN_TURNS}")
    return f"{saw}: a process for each CPU, and none waits for another."


def computed(run: Served, users: int) -> tuple[int, float]:
    """Return how many processes computed at a time, and the answers a second."""

    def user() -> list[bytes]:
        return [need_ok(fetch(run.port), run).body for _ in range(ASKED_BY_EACH)]

    begun = monotonic()
    answers = [each.split() for each in chain.from_iterable(together(*[user] * users))]
    rate = len(answers) / (monotonic() - begun)
    spans = [(process, float(start), float(end)) for process, _, start, end in answers]
    at_a_time = [{each for each, begin, end in spans if begin <= at < end} for _, at, _ in spans]
    return max(map(len, at_a_time)), rate
