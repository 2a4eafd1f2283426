"""Exercises 19 to 21: what holds the requests of an application, and how many processes it needs."""

import json
import math
import random
import statistics
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from time import monotonic

from instrument.arithmetic.sizing import FULLEST
from instrument.edges.errors import InstrumentError
from instrument.exercises.book import Wrong, exercise
from instrument.exercises.serve import (
    Served,
    configured,
    evaluated,
    fetch,
    need_ok,
    result_of,
    together,
    uvicorn,
)
from instrument.load.others import used_by_all, waited_by_all

RUNG_SECONDS = 0.9
TOO_BUSY = "other programs use the CPUs, and the ladder shows it: try it again without them"
HIDDEN_APP = """import asyncio, time
slots = asyncio.Semaphore({slots})
async def app(scope, receive, send):
    assert scope["type"] == "http"
    async with slots:
        await asyncio.sleep({waits})
        end = time.thread_time() + {computes}
        while time.thread_time() < end:
            pass
    headers = [(b"content-length", b"0")]
    await send({{"type": "http.response.start", "status": 200, "headers": headers}})
    await send({{"type": "http.response.body"}})
"""
CALL = """import json, os, runpy, sys
function = runpy.run_path(sys.argv[1]).get(sys.argv[2])
if not callable(function):
    sys.exit(f"there is no function {sys.argv[2]} in it")
given = [function(*each) for each in json.loads(sys.argv[3])]
plain = lambda value: float(value) if hasattr(value, "__float__") else repr(value)
with open(os.environ["RESULT"], "w") as result:
    json.dump(given, result, default=plain)
"""


@dataclass(frozen=True)
class Step:
    """What an application did with so many users, who ask again as soon as they are answered."""

    users: int
    requests_per_second: float
    seconds: float  # of the fastest request, since other programs can only make one slower
    cpu: float  # of one CPU


def called(path: Path, folder: Path, name: str, *cases: tuple) -> list:
    """Return what a function of a file gives for each case, as another process calls it."""
    return result_of(CALL, path, folder, name, json.dumps(cases))


def climbed(folder: Path, users: tuple[int, ...], slots: int, waits: float, computes: float):
    """Start an application that holds so many requests, and return the rungs of its ladder."""
    app = folder / f"hidden_{slots}_{round(1000 * computes)}.py"
    app.write_text(HIDDEN_APP.format(slots=slots, waits=waits, computes=computes), "utf-8")
    with uvicorn(app, folder) as run:
        need_ok(fetch(run.port), run)  # the first request takes longer
        return [rung(run, each) for each in users]


def rung(run: Served, users: int) -> Step:
    """Let users ask for a moment, each again as soon as it is answered."""
    begun, used = monotonic(), wanted(run)

    def user() -> list[tuple[float, float]]:
        seen = []
        while not seen or monotonic() < begun + RUNG_SECONDS:
            seconds = need_ok(fetch(run.port), run).seconds
            seen.append((monotonic() - begun, seconds))
        return seen

    answers = sorted(chain.from_iterable(together(*[user] * users)))
    ended, cpu = monotonic() - begun, wanted(run) - used
    times = [at for at, _ in answers if at <= RUNG_SECONDS]
    if len(times) < 2:
        raise InstrumentError(TOO_BUSY)
    rate, _ = statistics.linear_regression(times, range(len(times)))
    return Step(users, rate, min(seconds for _, seconds in answers), cpu / ended)


def wanted(run: Served) -> float:
    """Return the CPU seconds that a server used, or waited for because other programs had them."""
    return used_by_all(run.process.pid) + waited_by_all(run.process.pid)


ON_PAPER = (2.0, [(1, 0.5), (2, 1.0), (4, 2.0), (8, 2.5), (16, 2.5)])  # 2.5 x 2.0 = 5 slots
SLOTS = (3, 5, 6)  # none is a number of users
HELD_SECONDS = 0.1
ROUND_OFF = 0.4  # of a slot: a ladder that is off by more is the machine's


@exercise(
    19,
    "read the slots off a ladder",
    "capacity",
    "Take the plateau, the most requests a second. Little's law: in progress = X * S. Round it.",
)
def ladder_read(path: Path, folder: Path) -> str:
    need_slots(*called(path, folder, "slots", ON_PAPER), 5, *ON_PAPER)
    hidden = random.sample(SLOTS, 2)
    cases = together(*[partial(ladder_of, folder, each) for each in hidden])
    for given, slots, case in zip(
        called(path, folder, "slots", *cases), hidden, cases, strict=True
    ):
        need_slots(given, slots, *case)
    return f"Two applications with {hidden[0]} and {hidden[1]} slots were measured just now: you read both."


def ladder_of(folder: Path, slots: int) -> tuple[float, list[tuple[int, float]]]:
    """Return the seconds of a request, and users and requests/s of each rung, as measured."""
    for _ in range(3):
        rungs = climbed(folder, (1, 2, 4, 8, 16), slots, HELD_SECONDS, 0)
        seconds = rungs[0].seconds
        ladder = [(each.users, each.requests_per_second) for each in rungs]
        plateau = (ladder[-1][1], max(rate for _, rate in ladder))  # a reader may take either
        if all(abs(rate * seconds - slots) < ROUND_OFF for rate in plateau):
            return seconds, ladder
    raise InstrumentError(TOO_BUSY)


def need_slots(given: object, slots: int, seconds: float, ladder: list) -> None:
    users, rate = ladder[-1]
    if given != slots:
        raise Wrong(
            f"A request takes {seconds:.2f} s, and {users} users got {rate:.1f} answers a second. "
            f"You say {given!r} slots. How many were in progress, to the nearest whole number?"
        )


RATE, WAITS, COMPUTES = 80, 0.09, 0.01  # requests/s, and seconds of a request
IN_PROGRESS = round(RATE * (WAITS + COMPUTES))
PROCESSES = math.ceil(RATE * COMPUTES / FULLEST)
LEAST_SLOTS = round(1.5 * IN_PROGRESS)
USEFUL = round(1 + WAITS / COMPUTES)  # threads in a process
COUNTING_APP = f"""import os, threading, time
lock, held = threading.Lock(), 0
def app(environ, start_response):
    global held
    with lock:
        held += 1
        body = f"{{os.getpid()}} {{held}}".encode()
    time.sleep({WAITS})
    end = time.thread_time() + {COMPUTES}
    while time.thread_time() < end:
        pass
    with lock:
        held -= 1
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
"""


@exercise(
    20,
    f"the fewest processes for {RATE} requests/s",
    "capacity",
    "Processes: rate * C / 0.7, rounded up. Slots: rate * S * 1.5. Threads: 1 + W / C at most.",
)
def fewest_processes(path: Path, folder: Path) -> str:
    workers, threads, kind = evaluated(path, folder, "workers", "threads", "worker_class")
    for name, value in (("workers", workers), ("threads", threads)):
        if type(value) is not int or value < 1:
            raise Wrong(f"{name} is {value!r}: write a whole number, from 1 on.")
    if kind not in (None, "sync", "gthread"):  # gunicorn makes gthread of sync with threads
        raise Wrong(f"worker_class is {kind!r}: this exercise is about gthread.")
    need_fewest(workers, threads)
    (folder / "counting.py").write_text(COUNTING_APP, "utf-8")
    with configured(path, folder, "counting:app", workers) as run:
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
            process, _, count = need_ok(fetch(run.port), run).body.partition(b" ")
            held[process] = max(held.get(process, 0), int(count))

    together(*[user] * IN_PROGRESS)
    return held


LIMITS = {  # of each: slots, seconds of waiting, seconds of computing
    "lock": (1, 0.1, 0.0),
    "pool": (3, 0.1, 0.0),
    "cpu": (100, 0.0, 0.03),
}
USERS = 8
LIMITS_ON_PAPER = {  # users, requests/s, seconds, CPU
    "cpu": (USERS, 10.0, 0.3, 0.98),
    "lock": (USERS, 2.0, 0.5, 0.02),
    "pool": (USERS, 12.0, 0.25, 0.05),
}


@exercise(
    21,
    "which limit holds it?",
    "capacity",
    "Look at the CPU first. If it is idle, requests_per_second * seconds are in progress: 1 or 3?",
)
def limit_named(path: Path, folder: Path) -> str:
    need_limits(path, folder, LIMITS_ON_PAPER)
    names = random.sample(list(LIMITS), len(LIMITS))
    measured = together(*[partial(plateau_of, folder, *LIMITS[name]) for name in names])
    need_limits(path, folder, dict(zip(names, measured, strict=True)))
    return "Three applications were measured just now, and you named the limit of each."


def plateau_of(folder: Path, slots: int, waits: float, computes: float) -> tuple:
    alone, crowd = climbed(folder, (1, USERS), slots, waits, computes)
    return USERS, crowd.requests_per_second, alone.seconds, crowd.cpu


def need_limits(path: Path, folder: Path, cases: dict[str, tuple]) -> None:
    given = called(path, folder, "limit", *cases.values())
    for said, (name, (users, rate, seconds, cpu)) in zip(given, cases.items(), strict=True):
        if said != name:
            raise Wrong(
                f"{users} users got {rate:.1f} answers a second, {seconds:.2f} s each with one user, "
                f'and {cpu:.2f} of a CPU was used. You say {said!r}: it is "{name}".'
            )
