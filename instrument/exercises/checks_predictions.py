"""Exercises 3, 9 and 22: a prediction, which counts once in a reader's copy, and formulas."""

import random
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from time import monotonic

from instrument.exercises.catalogue import Guessed, Wrong, exercise
from instrument.exercises.progress import has_guessed
from instrument.exercises.serve import (
    WAITING_APPS,
    Served,
    are_seconds,
    called,
    evaluated,
    fetch_together,
    gunicorn,
    need_ok,
    together,
    uvicorn,
)

Setting = tuple[int, int, float]  # clients, slots, seconds of an answer
Serving = AbstractContextManager[Served]
Serve = Callable[[Path, int, float], Serving]  # in a folder, with slots and seconds
NEAR = 0.3  # of a step: answers come in steps of an answer's seconds
EXACT = 0.1  # of a step


def by_workers(folder: Path, slots: int, seconds: float) -> Serving:
    return gunicorn(WAITING_APPS, folder, app="wsgi", workers=slots, WAITS=str(seconds))


def by_threads(folder: Path, slots: int, seconds: float) -> Serving:
    return uvicorn(WAITING_APPS, folder, app="threaded", WAITS=str(seconds), SLOTS=str(slots))


@exercise(3)
def last_in_line(path: Path, folder: Path) -> str:
    why = "Each worker holds one request for a second, and the others wait in the backlog."
    return predicted(path, folder, by_workers, "workers", ((12, 3, 1), (12, 5, 1)), why)


@exercise(9)
def threads(path: Path, folder: Path) -> str:
    why = "Each thread holds one request for a second, and the others wait for a thread."
    return predicted(path, folder, by_threads, "threads", ((20, 6, 1), (20, 16, 1)), why)


def predicted(
    path: Path, folder: Path, serve: Serve, slots: str, settings: Sequence[Setting], why: str
) -> str:
    """Compare ANSWER and OTHER, if there are both, with what is measured; do not tell which is wrong."""
    *answers, last = evaluated(path, folder, "ANSWER", "OTHER", "last")
    if last is not None:
        return by_formula(path, folder, serve, slots)
    if has_guessed(path):
        raise Wrong(
            "Your first numbers were wrong, and others are not taken. Write a formula in their "
            f"place, def last(clients, {slots}, seconds): it is called with settings drawn anew."
        )
    given = [each for each in answers if each is not None]
    if not given or "Ellipsis" in given:
        raise Wrong("There is no prediction yet: write a number in place of each three dots.")
    for answer in given:
        need_seconds("ANSWER or OTHER", answer)
    said = " and ".join(f"{answer:.1f} s" for answer in given)
    measured = steps_of(folder, serve, settings[: len(given)])
    if any(abs(answer - steps) > NEAR for answer, steps in zip(given, measured, strict=True)):
        raise Guessed(f"You said {said}. Measured just now: not so. {why}")
    return f"You said {said}, and so it was measured just now."


def by_formula(path: Path, folder: Path, serve: Serve, slots: str) -> str:
    """Compare what last() returns for three settings, drawn anew, with what is measured."""
    settings = settings_of_slots()
    given = called(path, folder, "last", *settings)
    measured = steps_of(folder, serve, settings)
    for said, steps, (clients, each, seconds) in zip(given, measured, settings, strict=True):
        need_seconds("What last() returns", said)
        if abs(said / seconds - steps) > NEAR:
            raise Wrong(
                f"For {clients} clients, {each} {slots} and {seconds} s, last() says {said:.1f} s. "
                "Measured just now: not so. How many are answered in each step, and how often?"
            )
    return f"Three settings, drawn anew, were measured just now: last() is right for {settings}."


def settings_of_slots() -> list[Setting]:
    """Return three settings: full groups, a last group of one, and clients that all find a slot."""
    slots = [random.randint(2, 5) for _ in range(3)]
    clients = [random.choice((2, 3)) * slots[0], 2 * slots[1] + 1, random.randint(1, slots[2])]
    seconds = random.sample((0.5, 0.6, 0.7, 0.8), 3)
    return random.sample(list(zip(clients, slots, seconds, strict=True)), 3)


def need_seconds(what: str, value: object) -> None:
    if not are_seconds(value):
        raise Wrong(f"{what} is {value!r:.20}: write a number of seconds, such as 2.0.")


def steps_of(folder: Path, serve: Serve, settings: Sequence[Setting]) -> list[int]:
    """Return in which step of the servers, measured at once, each last client was answered."""
    return together(*[partial(step_of_last, folder, serve, *each) for each in settings])


def step_of_last(folder: Path, serve: Serve, clients: int, slots: int, seconds: float) -> int:
    with serve(folder, slots, seconds) as run:
        return whole_steps(last_answer(run, clients) / seconds)


def whole_steps(steps: float) -> int:
    """Return the steps that are over: what is late within the next one is this machine's."""
    return int(steps + EXACT)


def last_answer(run: Served, clients: int) -> float:
    """Return the seconds until all clients are answered, from before the first of them asks.

    A busy machine can only make them more: a client that asks late is answered late.
    """
    begun = monotonic()
    answers = fetch_together(run.port, clients)
    seconds = monotonic() - begun
    for each in answers:
        need_ok(each, run)
    return seconds


# Clients, worker class, workers, threads, seconds.
SettingOfClass = tuple[int, str, int, int, float]
TRIES = 3  # an answer may come late because of other programs, and not each time


@exercise(22)
def formula(path: Path, folder: Path) -> str:
    settings = settings_of_classes()
    given = called(path, folder, "last", *settings)
    for said, setting in zip(given, settings, strict=True):
        if not are_seconds(said):
            raise Wrong(f"last{setting} returned {said!r:.20}: return a number of seconds.")
    servers = [
        partial(need_measured, folder, said, *setting)
        for said, setting in zip(given, settings, strict=True)
    ]
    saw = ", ".join(f"{seconds:.1f}" for seconds in together(*servers))
    return (
        f"Three settings were measured just now. The last answers came after {saw} s, as you said."
    )


def settings_of_classes() -> list[SettingOfClass]:
    """Return a setting for each class: a last group of one, full groups, and one group."""
    workers, threads, unused = map(random.choice, ((3, 4), (2, 3, 4), (2, 3)))
    short, middle, long = random.sample((0.3, 0.4, 0.5, 0.6), 3)
    settings = [
        (workers + 1, "sync", workers, 1, short),
        (random.choice((2, 3)) * threads, "gthread", 1, threads, middle),
        (random.randint(5, 8), "asgi", 1, unused, long),
    ]
    return random.sample(settings, 3)


def need_measured(
    folder: Path, said: float, clients: int, kind: str, workers: int, threads: int, seconds: float
) -> float:
    """Return when the last client was answered, where that is what was said."""
    options = (f"--worker-class={kind}", f"--threads={threads}")
    app = "asgi" if kind == "asgi" else "wsgi"
    with gunicorn(
        WAITING_APPS, folder, *options, app=app, workers=workers, WAITS=str(seconds)
    ) as run:
        for _ in range(TRIES):
            took = last_answer(run, clients)
            steps = took / seconds
            if abs(said / seconds - whole_steps(steps)) < EXACT:
                return took
            if said / seconds > steps:
                break
    raise Wrong(
        f"-k {kind} -w {workers} --threads {threads}, {clients} clients, {seconds} s each: last() "
        f"says {said:.2f} s. Measured: {took:.2f} s. How many are answered at once, and how often?"
    )
