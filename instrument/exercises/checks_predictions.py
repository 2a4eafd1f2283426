"""Exercises 3 and 9: a prediction, which counts once in a reader's copy; then a formula is asked for."""

import json
import random
from collections.abc import Callable
from functools import partial
from pathlib import Path

from instrument.exercises.book import Guessed, Wrong, after_guess, exercise
from instrument.exercises.serve import (
    Served,
    evaluated,
    fetch_together,
    gunicorn,
    need_ok,
    result_of,
    together,
    uvicorn,
)

A_DAY = 24 * 3600  # in seconds
NEAR = 0.3  # of a step: answers come in steps of an answer's seconds
SYNC = """import time
def app(environ, start_response):
    time.sleep({seconds})
    start_response("200 OK", [("Content-Length", "0")])
    return []
"""
THREADED = """import asyncio, time
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor({slots})
async def app(scope, receive, send):
    assert scope["type"] == "http"
    await asyncio.get_running_loop().run_in_executor(pool, time.sleep, {seconds})
    await send({{"type": "http.response.start", "status": 200}})
    await send({{"type": "http.response.body"}})
"""
CALL = """import json, os, runpy, sys
last = runpy.run_path(sys.argv[1]).get("last")
plain = lambda value: float(value) if hasattr(value, "__float__") else repr(value)
given = [last(*each) for each in json.loads(sys.argv[2])] if callable(last) else None
with open(os.environ["RESULT"], "w") as result:
    json.dump(given, result, default=plain)
"""
Setting = tuple[int, int, float]  # clients, slots, seconds of an answer
Serve = Callable[[Path, int, float], object]  # a folder, slots, seconds: a server, in a `with`


def by_workers(folder: Path, slots: int, seconds: float):
    app = written(folder, "sync", SYNC, slots, seconds)
    return gunicorn(app, folder, workers=slots)


def by_threads(folder: Path, slots: int, seconds: float):
    return uvicorn(written(folder, "threaded", THREADED, slots, seconds), folder)


def written(folder: Path, name: str, text: str, slots: int, seconds: float) -> Path:
    app = folder / f"{name}_{slots}_{round(10 * seconds)}.py"
    app.write_text(text.format(slots=slots, seconds=seconds), "utf-8")
    return app


@exercise(
    3, "how long does the last one wait?", "wsgi", "How many are answered in each second? Divide."
)
def last_in_line(path: Path, folder: Path) -> str:
    why = "Each worker holds one request for a second, and the others wait in the backlog."
    return predicted(path, folder, by_workers, ((12, 3, 1), (12, 5, 1)), why)


@after_guess(3)
def line_by_formula(path: Path, folder: Path) -> str:
    return by_formula(path, folder, by_workers, "workers")


@exercise(
    9, "how long do twenty clients wait for threads?", "asgi", "How many groups are twenty clients?"
)
def threads(path: Path, folder: Path) -> str:
    why = "Each thread holds one request for a second, and the others wait for a thread."
    return predicted(path, folder, by_threads, ((20, 6, 1), (20, 16, 1)), why)


@after_guess(9)
def threads_by_formula(path: Path, folder: Path) -> str:
    return by_formula(path, folder, by_threads, "threads")


def predicted(
    path: Path, folder: Path, serve: Serve, settings: tuple[Setting, Setting], why: str
) -> str:
    """Compare ANSWER and OTHER, if there are both, with what is measured; do not tell which is wrong."""
    if formula_of(path, folder, settings):
        return by_formula(path, folder, serve, "slots")
    given = [each for each in evaluated(path, folder, "ANSWER", "OTHER") if each is not None]
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
    settings = three_settings()
    given = formula_of(path, folder, settings)
    if not given:
        raise Wrong(
            "Your first numbers were wrong, and others are not taken. Write a formula in their "
            f"place, def last(clients, {slots}, seconds): it is called with settings drawn anew."
        )
    measured = steps_of(folder, serve, settings)
    for said, steps, (clients, each, seconds) in zip(given, measured, settings, strict=True):
        need_seconds("What last() returns", said)
        if abs(said / seconds - steps) > NEAR:
            raise Wrong(
                f"For {clients} clients, {each} {slots} and {seconds} s, last() says {said:.1f} s. "
                "Measured just now: not so. How many are answered in each step, and how often?"
            )
    return f"Three settings, drawn anew, were measured just now: last() is right for {settings}."


def three_settings() -> list[Setting]:
    """Return three settings: full groups, a last group of one, and clients that all find a slot."""
    slots = [random.randint(2, 5) for _ in range(3)]
    clients = [random.choice((2, 3)) * slots[0], 2 * slots[1] + 1, random.randint(1, slots[2])]
    seconds = random.sample((0.5, 0.6, 0.7, 0.8), 3)
    return random.sample(list(zip(clients, slots, seconds, strict=True)), 3)


def formula_of(path: Path, folder: Path, settings: object) -> list | None:
    """Return what last() of a file returns for some settings, or None where it has none."""
    return result_of(CALL, path, folder, json.dumps(settings))


def need_seconds(what: str, value: object) -> None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not abs(value) < A_DAY:
        raise Wrong(f"{what} is {value!r:.20}: write a number of seconds, such as 2.0.")


def steps_of(folder: Path, serve: Serve, settings) -> list[int]:
    """Return in which step of the servers, measured at once, each last client was answered."""
    return together(*[partial(step_of_last, folder, serve, *each) for each in settings])


def step_of_last(folder: Path, serve: Serve, clients: int, slots: int, seconds: float) -> int:
    run: Served
    with serve(folder, slots, seconds) as run:
        answers = fetch_together(run.port, clients)
    # what is late within a step is this machine's, not the server's
    return round(max(need_ok(each, run).seconds for each in answers) / seconds)
